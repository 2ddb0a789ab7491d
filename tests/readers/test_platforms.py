"""Exports of platforms in the layouts that users have: zips, packed again, parts, dumps, odd records."""

import io
import json
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from tests.readers.files import EXPORTS, bad_of, messages, messages_of, previewed, read_all, skipped_of

from assay.errors import InvalidInput
from assay.readers.quotes import in_own_words
from assay.readers.records import IncomingMessage


@pytest.fixture(autouse=True)
def _in_spring():
    with time_machine.travel(datetime(2026, 4, 20, tzinfo=UTC), tick=True):
        yield


def zipped(path: Path, under: str = "") -> Path:
    """The Slack export as a zip, below a folder."""
    root = EXPORTS / "slack_export"
    with zipfile.ZipFile(path, "w") as archive:
        for each in root.rglob("*.json"):
            archive.write(each, f"{under}{each.relative_to(root).as_posix()}")
        archive.writestr(f"{under}__MACOSX/._users.json", b"\0\0")
    return path


def slack_day(tmp_path, *items: dict[str, Any]) -> Path:
    path: Path = tmp_path / "2026-03-02.json"
    path.write_text(json.dumps([{"type": "message", **each} for each in items]))
    return path


def own(message: IncomingMessage) -> str:
    return in_own_words(message.text, message.quoted).strip()


@pytest.mark.parametrize("under", ["", "My workspace/", "a/b/"])
def test_a_slack_zip_also_packed_again_is_the_folder(tmp_path, under):
    assert messages_of(zipped(tmp_path / "x.zip", under)) == messages_of(EXPORTS / "slack_export")


def test_a_dump_by_slackdump_holds_its_replies_inside(tmp_path):
    reply = {
        "type": "message",
        "user": "U1",
        "text": "Yes.",
        "ts": "1772445661.000000",
        "thread_ts": "1772445660.000000",
    }
    root = {
        "type": "message",
        "user": "U2",
        "text": "No?",
        "ts": "1772445660.000000",
        "slackdump_thread_replies": [reply],
    }
    path = tmp_path / "C0123456.json"
    path.write_text(json.dumps({"channel_id": "C0123456", "name": "ops", "messages": [root]}))
    first, second = messages_of(path)
    assert (first.channel, second.thread) == ("ops", first.external_id)


BLOCKS = [{"type": "section", "text": {"text": "up"}}]


def test_slack_records_of_every_kind(tmp_path):
    path = slack_day(
        tmp_path,
        {"user": "U1", "text": "Hi <@U2> in <#C1|ops>, <!here> <!subteam^S1|@crew>", "ts": "1772445660.000000"},
        {"user": "U1", "text": "broken", "ts": "yesterday"},
        {"text": "nobody", "ts": "1772445661.000000"},
        {"subtype": "me_message", "user": "U1", "text": "waves", "ts": "1772445662.000000"},
        {"user": "U1", "text": "", "files": [{"name": "x"}], "ts": "1772445663.000000"},
        {"user": "U1", "text": "See:", "attachments": [{"text": "It must be red."}], "ts": "1772445664.000000"},
        {"subtype": "bot_message", "bot_id": "B1", "blocks": BLOCKS, "ts": "1772445665.000000"},
        {
            "subtype": "message_changed",
            "message": {"user": "U1", "text": "after", "ts": "1772445666.000000"},
            "previous_message": {"user": "U1", "text": "before", "ts": "1772445666.000000"},
        },
    )  # fmt: skip
    found = messages_of(path)
    assert [each.text for each in found] == [
        "Hi @U2 in #ops, @here @crew", "waves", "See:\nIt must be red.", "up", "before", "after"
    ]  # fmt: skip
    assert own(found[2]) == "See:"
    assert found[3].is_bot
    assert (found[4].external_id, found[5].is_version) == (found[5].external_id, True)
    assert skipped_of(path) == ["unsupported", "media only"]
    assert [each.where for each in bad_of(path)] == ["item 2"]


def telegram(*items: dict[str, Any], **chat: Any) -> dict[str, Any]:
    defaults = {"type": "message", "date_unixtime": "1772870460", "from": "Wim", "from_id": "user1", "text": "Hi."}
    listed = [{"id": number, **defaults, **each} for number, each in enumerate(items, 1)]
    return {"name": "Crew", "type": "private_group", "id": 7, **chat, "messages": listed}


def test_a_telegram_account_holds_many_chats(tmp_path):
    path = tmp_path / "result.json"
    chats = [telegram({}, {"reply_to_message_id": 1}), telegram({}, id=8, name=None)]
    path.write_text(json.dumps({"about": "x", "chats": {"about": "y", "list": chats}}))
    found = messages_of(path)
    assert [(each.external_id, each.channel, each.thread) for each in found] == [
        ("7/1", "Crew", None),
        ("7/2", "Crew", "7/1"),
        ("8/1", "chat 8", None),
    ]


def test_telegram_writes_control_characters_that_are_no_json(tmp_path):
    path = tmp_path / "result.json"
    raw = json.dumps(telegram({"text": "a@b"}, {"text": "c\\x0C"})).replace("@", "\\x0C")
    path.write_text(raw)
    assert [each.text for each in messages_of(path)] == ["a\x0cb", "c\\x0C"]


def test_telegram_quotes_and_replies_into_other_chats(tmp_path):
    quote = {"text": [{"type": "blockquote", "text": "It must be red."}, " No."]}
    path = tmp_path / "result.json"
    path.write_text(json.dumps(telegram(quote, {"reply_to_message_id": 1, "reply_to_peer_id": "channel9"})))
    first, second = messages_of(path)
    assert (own(first), second.thread) == ("No.", None)


def test_a_discord_thread_belongs_to_its_channel_and_chains_to_their_root(tmp_path):
    document = json.loads((EXPORTS / "discord_reply.json").read_text())
    reply = next(each for each in document["messages"] if each["id"] == "1003")
    document["messages"].insert(0, {**reply, "id": "1009", "reference": {"messageId": "1003"}})
    (tmp_path / "bench [part 2].json").write_text(json.dumps(document))
    thread = {**document, "channel": {"id": "1002", "type": "GuildPublicThread", "category": "bench", "name": "heat"}}
    thread["messages"] = [{**reply, "id": "1010", "type": "Default", "reference": None}]
    (tmp_path / "heat.json").write_text(json.dumps(thread))
    found = {each.external_id: each for each in messages_of(tmp_path)}
    assert found["1009"].thread == found["1003"].thread == found["1010"].thread == "1002"
    assert {each.channel for each in found.values()} == {"bench"}


def zulip(path: Path) -> Path:
    realm = {
        "zerver_userprofile": [{"id": 1, "full_name": "Ana"}, {"id": 2, "full_name": "Hook", "is_bot": True}],
        "zerver_stream": [{"id": 5, "name": "ops"}],
        "zerver_recipient": [{"id": 50, "type": 2, "type_id": 5}, {"id": 51, "type": 1, "type_id": 2}],
    }
    edits = [{"prev_content": "The gate is red.", "timestamp": 1772445700}]
    said = {"sender": 1, "recipient": 50, "subject": "gate", "date_sent": 1772445660.5}
    listed = [
        {**said, "id": 9, "content": "The gate is blue, ask @**Ana|1**.", "edit_history": json.dumps(edits)},
        {**said, "id": 10, "sender": 2, "content": "```quote\nThe gate is red.\n```\nNo."},
        {**said, "id": 11, "recipient": 51, "content": "Hi."},
    ]
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("x/realm.json", realm), ("x/messages-000001.json", {"zerver_message": listed})):
            raw = json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return path


def test_zulip(tmp_path):
    first, edited, bot, direct = messages_of(zulip(tmp_path / "zulip.tar.gz"))
    assert (first.text, edited.text) == ("The gate is red.", "The gate is blue, ask @Ana.")
    assert (first.external_id, first.channel, first.thread, edited.is_version) == ("9", "ops", "ops/gate", True)
    assert (bot.is_bot, own(bot)) == (True, "No.")
    assert (direct.channel, direct.thread) == ("Ana, Hook", None)


def test_rocket_chat(tmp_path):
    said = {"_id": "a", "rid": "r1", "u": {"_id": "u1", "username": "ana"}, "ts": {"$date": "2026-03-02T09:14:00Z"}}
    listed = [
        {**said, "msg": "Hi."},
        {**said, "_id": "b", "msg": "Ho.", "tmid": "a", "ts": {"$date": {"$numberLong": "1772442900000"}}},
        {**said, "_id": "c", "t": "uj", "msg": "ana"},
    ]
    (tmp_path / "rocketchat_message.json").write_text("\n".join(map(json.dumps, listed)))
    (tmp_path / "rocketchat_room.json").write_text(json.dumps({"_id": "r1", "name": "ops"}))
    (tmp_path / "users.json").write_text(json.dumps({"_id": "u1", "name": "Ana"}))
    first, second = messages_of(tmp_path)
    assert (first.channel, first.author, second.thread) == ("ops", "Ana", "a")
    assert second.sent_at == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert skipped_of(tmp_path) == ["joined or left"]
    (tmp_path / "rocketchat_message.bson").write_bytes(b"\x10\0\0\0rest of it")
    with pytest.raises(InvalidInput, match="bsondump"):
        read_all(tmp_path)


BODY = "<p>The gate is <b>red</b>,&nbsp;<at id='0'>Tom</at></p><blockquote>no</blockquote>"


@pytest.mark.parametrize("capital", [True, False], ids=["export", "Graph API"])
def test_teams(tmp_path, capital):
    def cased(value: Any) -> Any:
        if isinstance(value, dict):
            return {key[0].upper() + key[1:] if capital else key: cased(each) for key, each in value.items()}
        return [cased(each) for each in value] if isinstance(value, list) else value

    said = {
        "id": "1", "messageType": "message", "createdDateTime": "2026-03-02T09:14:00+00:00",
        "from": {"user": {"id": "u1", "displayName": "Ana"}},
        "body": {"contentType": "html", "content": BODY},
    }  # fmt: skip
    listed = [
        said,
        {**said, "id": "2", "replyToId": "1", "from": {"application": {"displayName": "Hook"}}},
        {**said, "id": "3", "body": {"contentType": "html", "content": "<systemEventMessage/>"}},
        {**said, "id": "4", "deletedDateTime": "2026-03-02T09:15:00Z"},
    ]
    (tmp_path / "messages_c1.json").write_text(json.dumps(cased(listed)))
    (tmp_path / "channels_t1.json").write_text(json.dumps(cased([{"id": "c1", "displayName": "ops"}])))
    first, bot = messages_of(tmp_path)
    assert (first.text, own(first)) == ("The gate is red, @Tom\nno", "The gate is red, @Tom")
    assert (first.channel, first.author) == ("ops", "Ana")
    assert (bot.is_bot, bot.thread) == (True, first.external_id)
    assert skipped_of(tmp_path) == ["channel changed", "deleted"]


ISSUE = {
    "number": 4, "title": "Gate", "body": "It is red.", "author": {"login": "ana", "id": "U1"},
    "createdAt": "2026-03-02T09:14:00Z", "url": "https://github.com/o/r/issues/4",
    "comments": [{"author": {"login": "tom"}, "body": "+1", "createdAt": "2026-03-02T09:15:00Z", "url": "https://github.com/o/r/issues/4#c1"}],
}  # fmt: skip


def test_issues_of_the_command_line_of_github(tmp_path):
    path = tmp_path / "issues.json"
    path.write_text(json.dumps([ISSUE]))
    issue, comment = messages_of(path)
    assert (issue.text, issue.channel, comment.thread) == ("Gate\n\nIt is red.", "o/r", issue.external_id)
    assert comment.permalink == "https://github.com/o/r/issues/4#c1"
    path.write_text(json.dumps([{**ISSUE, "comments": 12}]))
    assert "12 comments are counted and 0 are in the export" in previewed(path)["warnings"][0]


def test_issues_of_gitlab(tmp_path):
    path = tmp_path / "issues.ndjson"
    note = {"id": 3, "note": "+1", "author_id": 8, "created_at": "2026-03-02T09:15:00Z", "author": {"name": "Tom"}}
    issue = {
        "iid": 4,
        "id": 70,
        "title": "Gate",
        "description": "Red.",
        "author_id": 7,
        "created_at": "2026-03-02T09:14:00Z",
    }
    notes = [note, {**note, "id": 5, "system": True, "note": "closed"}]
    path.write_text(json.dumps({**issue, "notes": notes}))
    first, second = messages_of(path)
    assert (first.author, second.author, second.thread) == ("7", "Tom", first.external_id)
    assert skipped_of(path) == ["channel changed"]


def test_srt_with_what_is_wrong_with_it_in_the_wild():
    lines = [
        "1",
        "00:00:01,000 --> 00:00:02,000",
        "Ana: The gate",
        "",
        "1",
        "00:00:03,000 --> 00:00:04,000",
        "",
        "Ana: is red.",
        "",
    ]
    lines += ["00:00:09,000 --> 00:00:10,000", "10:30 Meeting: is fine", ""]
    found = messages("\ufeff" + "\n".join(lines), "x.srt", moment="2026-03-02T09:00")
    assert [(each.author, each.text) for each in found] == [
        ("Ana", "The gate is red."),
        ("unknown", "10:30 Meeting: is fine"),
    ]


def test_pipermail_hides_addresses(tmp_path):
    text = (
        "From nora at mail.invalid  Mon Mar  9 08:00:00 2026\nFrom: nora at mail.invalid (Nora Jørn)\n"
        "Date: Mon, 09 Mar 2026 08:00:00 +0100\nSubject: [weir] gate\nMessage-ID: <a1@mail.invalid>\n\n"
        "The gate is red.\n\nFrom the office\n\n-- \nNora\n"
    )
    [mail] = messages(text, "2026-March.txt")
    assert (mail.author, mail.author_id) == ("Nora Jørn", "nora@mail.invalid")
    assert mail.text == "The gate is red.\n\nFrom the office"


def test_a_reply_chain_of_mails_has_one_root_whatever_their_order():
    def mail(name: str, *references: str) -> str:
        refs = " ".join(f"<{each}@x>" for each in references)
        head = f"From: {name}@x\nDate: Mon, 09 Mar 2026 08:00:00 +0100\nMessage-ID: <{name}@x>\nReferences: {refs}\n"
        return f"From {name}@x Mon Mar  9 08:00:00 2026\n{head}\nHi.\n\n"

    found = messages(mail("c", "b") + mail("b", "a") + mail("a") + mail("d", "a", "b", "c"), "x.mbox")
    assert {each.external_id: each.thread for each in found} == {"a@x": None, "b@x": "a@x", "c@x": "a@x", "d@x": "a@x"}
