"""Small exports in the shape of public reports, and what a user expects of each."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from tests.readers.files import EXPORTS, messages_of, previewed, skipped_of

from assay.errors import InvalidInput
from assay.readers.quotes import in_own_words
from assay.readers.records import IncomingMessage

NOVEMBER = datetime(2026, 11, 30, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOVEMBER, tick=True):
        yield


def read(name: str, **options: Any) -> list[IncomingMessage]:
    return messages_of(EXPORTS / name, **options)


def people(messages: list[IncomingMessage]) -> set[str]:
    """Who speaks, by id where there is one."""
    return {each.author_id or each.author for each in messages}


def clocks(messages: list[IncomingMessage]) -> list[str]:
    return [f"{each.sent_at:%H:%M:%S}" for each in messages]


def own(message: IncomingMessage) -> str:
    return in_own_words(message.text, message.quoted).strip()


@pytest.mark.parametrize(
    ("name", "format_name", "messages"),
    [
        ("wa_ios_12h.txt", "whatsapp", 4),
        ("wa_android_es.txt", "whatsapp", 2),
        ("wa_us_ambiguous.txt", "whatsapp", 5),
        ("slack_export", "slack", 5),
        ("slack_export/ops-room/2026-03-02.json", "slack", 5),
        ("replies_first.jsonl", "jsonl", 4),
        ("iso_no_zone.jsonl", "jsonl", 2),
        ("quoted_replies.jsonl", "jsonl", 4),
        ("json_list.json", "jsonl", 2),
        ("telegram_result.json", "telegram", 4),
        ("discord_reply.json", "discord", 4),
        ("list_qp.mbox", "mail", 3),
        ("cp1252.log", "log", 2),
        ("utf16.txt", "log", 2),
        ("irc.net.#forge.weechatlog", "irc", 4),
        ("irssi.log", "irc", 5),
        ("znc", "irc", 3),
        ("znc/#brook/2026-03-17.log", "irc", 3),
        ("mattermost_import.jsonl", "mattermost", 3),
        ("element_export.json", "matrix", 3),
    ],
)
def test_every_format_is_recognised_by_its_content(name, format_name, messages):
    found = previewed(EXPORTS / name)
    assert found["format"] == format_name
    assert sum(each["messages"] for each in found["channels"]) == messages
    assert found["bad"] == []


def test_whatsapp_of_ios():
    found = read("wa_ios_12h.txt")
    assert [each.author for each in found] == ["Dana Quill", "Piet Marrow", "Dana Quill", "Piet Marrow"]
    assert clocks(found) == ["21:03:40", "21:04:02", "21:05:19", "21:07:31"]
    lines = ["Two notes on the pump:", "- the spare pump lives in locker 7", "", "- nobody restarts it alone"]
    assert found[2].text.split("\n") == lines
    assert (found[3].text, found[3].is_edit) == ("The spare pump must be greased every month.", True)
    skipped = ["encryption notice", "media only", "deleted", "joined or left"]
    assert skipped_of(EXPORTS / "wa_ios_12h.txt") == skipped


def test_whatsapp_of_android_in_spanish():
    found = read("wa_android_es.txt")
    assert [each.author for each in found] == ["Tilda Roan", "Bram Okoye"]
    assert clocks(found) == ["21:30:00", "21:31:00"]
    assert skipped_of(EXPORTS / "wa_android_es.txt") == ["encryption notice", "media only", "media only"]


def test_only_month_first_keeps_these_dates_in_order_and_out_of_the_future():
    assert {each.sent_at.month for each in read("wa_us_ambiguous.txt")} == {2, 3}
    assert previewed(EXPORTS / "wa_us_ambiguous.txt")["day_order"] == "month first"


def test_slack():
    root, reply, broadcast, bot, guest = read("slack_export")
    assert root.text == (
        "Decision: the R&D gateway keeps logs for 45 days, "
        "see the log page (https://wiki.invalid/logs?a=1&b=2) and #ops-room"
    )
    assert {each.channel for each in (root, reply, broadcast, bot, guest)} == {"ops-room"}
    assert root.thread is None
    assert reply.thread == broadcast.thread == root.external_id == "C0OPS/1772445660.000200"
    assert (reply.text, reply.author, root.author) == ("agreed @lark", "Mira Stoltz", "lark")
    assert broadcast.text == "The gateway must be restarted after a limit of <5 GB> is hit"
    assert (bot.author, bot.is_bot, bot.text) == ("deploy-crow", True, "build 118\nfailed in step *pack*")
    assert guest.author == "U0GUEST"
    assert previewed(EXPORTS / "slack_export")["unknown_ids"] == ["U0GUEST"]
    assert skipped_of(EXPORTS / "slack_export") == ["joined or left", "deleted"]


def test_a_thread_does_not_depend_on_the_order_of_its_replies():
    threads = {each.external_id: each.thread for each in read("replies_first.jsonl")}
    assert threads == {"r2": "q1", "r3": "q1", "q1": None, "o9": "gone"}


def test_a_zone_is_named_or_said():
    assert clocks(read("iso_no_zone.jsonl", zone="Europe/Berlin"))[0] == "18:30:00"
    assert clocks(read("iso_no_zone.jsonl"))[0] == "19:30:00"
    bare = previewed(EXPORTS / "iso_no_zone.jsonl")
    assert (bare["zone"], len(bare["warnings"])) == ("UTC", 1)
    named = previewed(EXPORTS / "iso_no_zone.jsonl", zone="Europe/Berlin")
    assert (named["zone"], named["warnings"]) == ("Europe/Berlin", [])


def test_a_json_list_is_read_as_if_one_a_line():
    assert [(each.external_id, each.author) for each in read("json_list.json")] == [("1", "yara"), ("2", "zeno")]


def test_telegram():
    decision, agreed, nameless, forwarded = read("telegram_result.json")
    assert decision.text == "Decision: the lamp motor is oiled with grade 46 (https://oil.invalid/46)."
    assert agreed.thread == decision.external_id
    assert (nameless.author, nameless.author_id) == ("user73", "user73")
    assert (forwarded.forwarded_from, own(forwarded)) == ("Harbour Office", "")
    assert decision.sent_at == datetime.fromtimestamp(1772870460, UTC)
    assert skipped_of(EXPORTS / "telegram_result.json") == ["joined or left"]


def test_discord():
    first, reply, forwarded, bot = read("discord_reply.json")
    assert first.text == "Decision: the **solder bath** stays at 245 degrees, ask @Bo"
    assert (reply.external_id, reply.thread) == ("1003", "1002")
    assert (forwarded.external_id, forwarded.text, own(forwarded)) == ("1004", "The flux must be stored dry.", "")
    assert (bot.author, bot.is_bot) == ("Relay", True)
    assert skipped_of(EXPORTS / "discord_reply.json") == ["joined or left"]


def test_mails_of_a_list():
    first, second, third = read("list_qp.mbox")
    assert first.text == (
        "Decision: the weir gate is held at 80 cm in spring, and the keeper is told first.\n\n"
        "From the office: keys are at the desk."
    )
    assert first.author == "Nora Jørn"
    assert second.thread == third.thread == first.external_id == "a1@mail.invalid"
    assert third.text.startswith("Let us meet on Friday.")


def test_a_log_in_windows_1252_names_its_encoding():
    assert [each.author for each in read("cp1252.log")] == ["Jörg", "Zoë"]
    assert read("cp1252.log")[0].text.endswith("40 € – no more.")
    assert previewed(EXPORTS / "cp1252.log")["encoding"] == "windows-1252"


def test_a_log_in_utf_16():
    assert [each.author for each in read("utf16.txt")] == ["Mirek", "Łucja"]
    assert previewed(EXPORTS / "utf16.txt")["encoding"] == "utf-16"


def test_weechat():
    found = read("irc.net.#forge.weechatlog")
    assert {each.channel for each in found} == {"#forge"}
    assert people(found) == {"maud", "turo"}
    assert found[-1].text == "The tongs must be cooled in oil: never in water."
    assert not any(each.is_bot for each in found)


def test_irssi():
    found = read("irssi.log")
    assert people(found) == {"olga", "fenn"}
    assert [each.text for each in found if each.author == "olga"][1] == "checks the siren"
    assert not any(each.is_bot for each in found)
    assert [each.sent_at.day for each in found] == [15, 15, 15, 15, 16]


@pytest.mark.parametrize("name", ["znc", "znc/#brook/2026-03-17.log"])
def test_znc_has_its_day_in_the_name_and_its_channel_in_the_folder(name):
    found = read(name)
    assert {each.channel for each in found} == {"#brook"}
    assert found[0].sent_at == datetime(2026, 3, 17, 8, 0, 1, tzinfo=UTC)


def test_mattermost():
    post, reply, direct = read("mattermost_import.jsonl")
    assert reply.thread == post.external_id
    assert direct.channel == "abel, cleo"
    assert skipped_of(EXPORTS / "mattermost_import.jsonl") == ["joined or left"]


def test_element():
    first, agreed, edited, bot = read("element_export.json")
    assert (first.external_id, edited.external_id, edited.is_version) == ("$1", "$1", True)
    assert edited.text.endswith("21:00.")
    assert (agreed.text, agreed.thread) == ("agreed", "$1")
    assert (bot.external_id, bot.is_bot) == ("$5", True)
    assert skipped_of(EXPORTS / "element_export.json") == ["deleted"]


def test_a_transcript():
    first, second = read("teams.vtt", moment="2026-03-20T10:00")
    said = "Decision: the depot heater is switched off in April & May."
    assert (first.author, first.text, second.author) == ("Runa Holt", said, "Sven Pike")
    with pytest.raises(InvalidInput, match="--date"):
        read("teams.vtt")


def test_notes():
    found = read("minutes.md", author="nils")
    assert {each.author for each in found} == {"nils"}
    assert {each.sent_at.date().isoformat() for each in found} == {"2026-03-20"}
    assert "- Ida: the fence is rotten at post 9" in found[-1].text
    assert "oak" in found[-1].text
    assert "oak" not in own(found[-1])
    with pytest.raises(InvalidInput, match="--author"):
        read("minutes.md")
