"""WhatsApp: every way it writes a date, and what it says in its own words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from tests.readers.files import messages, messages_of, previewed, read_all

from assay.errors import InvalidInput
from assay.readers.records import BadRecord, Skipped

EVENING = datetime(2026, 3, 25, 21, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_spring():
    with time_machine.travel(datetime(2026, 4, 20, tzinfo=UTC), tick=True):
        yield


@pytest.mark.parametrize(
    "stamp",
    [
        "25/03/2026, 21:30 -",
        "25/3/26, 21:30 -",
        "3/25/26, 9:30 PM -",
        "3/25/26, 9:30\u202fPM -",
        "25/3/2026, 9:30 p. m. -",
        "25/3/2026, 9:30 p.\u00a0m. -",
        "25/3/2026 9:30 p.m. -",
        "2026-03-25, 9:30 p.m. -",
        "2026-03-25 9:30 p. m. -",
        "2026/03/25, 21:30 -",
        "25.03.26, 21:30 -",
        "25.03.2026, 21.30 -",
        "25-03-2026 21:30 -",
        "25. 3. 2026 21:30 -",
        "2026. 3. 25. 21:30 -",
        "[25/03/2026, 21:30:00]",
        "\u200e[25/03/2026, 9:30:00\u2009pm]",
        "[3/25/26, 9:30:00\u202fPM]",
        "[2026-03-25, 21:30:00]",
        "[25.03.26, 21:30:00]",
        "[٢٥/٣/٢٠٢٦، ٩:٣٠:٠٠ م]",
        "٢٥/٣/٢٠٢٦، ٩:٣٠ م -",
    ],
)
def test_every_stamp(stamp):
    [message] = messages(f"{stamp} Tilda Roan: Hi.\n", "crew.txt")
    assert (message.sent_at, message.author, message.text) == (EVENING, "Tilda Roan", "Hi.")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Tilda added Bram", "joined or left"),
        ("Du hast diese Gruppe erstellt", "channel changed"),
        ("Crew: \u200eTilda hat Bram hinzugefügt", "joined or left"),
        ("Tilda: \u200eimage omitted", "media only"),
        ("Tilda: \u200eBild weggelassen", "media only"),
        ("Tilda: \u200e<attached: 0001-PHOTO.jpg>", "media only"),
        ("Tilda: <Medien ausgeschlossen>", "media only"),
        ("Tilda: IMG-20260325-WA0001.jpg (فایل پیوست)", "media only"),
        ("Tilda: \u200eDu hast diese Nachricht gelöscht.", "deleted"),
        ("Tilda: This message was deleted", "deleted"),
        ("Tilda: \u200eVerpasster Sprachanruf", "call"),
    ],
)
def test_what_the_app_says_is_nobodys_word(tmp_path, line, kind):
    path = tmp_path / "crew.txt"
    path.write_text(f"25/03/2026, 21:30 - Tilda: Hi.\n25/03/2026, 21:31 - {line}\n")
    [_, skipped] = read_all(path)
    assert isinstance(skipped, Skipped)
    assert skipped.kind == kind


@pytest.mark.parametrize("words", ["Diese Nachricht wurde gelöscht.", "\u200eThis message was deleted."])
def test_a_message_that_was_deleted_since_is_known_by_the_place_that_it_had(tmp_path, words):
    path = tmp_path / "crew.txt"
    said = []
    for text in ("The spare pump is in locker 7.", words):
        path.write_text(f"25/03/2026, 21:31 - Tilda: Hi.\n25/03/2026, 21:31 - Tilda: {text}\n")
        found = read_all(path)[1]
        said.append(None if isinstance(found, BadRecord) else found.external_id)
    assert said[0] == said[1] is not None


@pytest.mark.parametrize(
    ("line", "author", "text"),
    [
        ("Ann: the boss: Hi.", "Ann", "the boss: Hi."),
        ("\u202a~ Piet\u202c: Hi.", "Piet", "Hi."),
        ("Tilda: Look \u200e<attached: 0001-PHOTO.jpg>", "Tilda", "Look"),
        ("Tilda: Hi. <Diese Nachricht wurde bearbeitet.>", "Tilda", "Hi."),
    ],
)
def test_authors_and_captions(line, author, text):
    [message] = messages(f"25/03/2026, 21:30 - {line}\n", "crew.txt")
    assert (message.author, message.text) == (author, text)


def test_a_name_with_a_colon_that_was_seen_before_is_preferred():
    lines = ["Ops: night: Hi.", "Ops: day shift"]
    found = messages("".join(f"25/03/2026, 21:3{n} - {line}\n" for n, line in enumerate(lines)), "crew.txt")
    assert [each.author for each in found] == ["Ops", "Ops"]


def test_a_line_that_goes_back_in_time_is_part_of_the_text():
    found = messages("25/03/2026, 21:30 - Tilda: As said:\n01/03/2026, 08:00 - Bram: agreed\n", "crew.txt")
    assert [(each.author, each.text) for each in found] == [("Tilda", "As said:\n01/03/2026, 08:00 - Bram: agreed")]


def test_days_stay_in_one_order_within_a_file_and_an_open_choice_is_said(tmp_path):
    path = tmp_path / "crew.txt"
    path.write_text("02/03/2026, 21:30 - Tilda: Hi.\n03/03/2026, 21:30 - Tilda: Hi.\n")
    seen = previewed(path)
    assert seen["day_order"] == "day first (assumed)"
    assert any("day first" in each for each in seen["warnings"])


def test_the_name_of_the_file_names_the_chat_and_chat_txt_asks_for_one(tmp_path):
    line = "25/03/2026, 21:30 - Tilda: Hi.\n"
    for name in (
        "WhatsApp Chat with Harbour crew.txt",
        "WhatsApp Chat - Harbour crew.txt",
        "Chat de WhatsApp con Harbour crew.txt",
    ):
        assert messages(line, name)[0].channel == "Harbour crew"
    path: Path = tmp_path / "_chat.txt"
    path.write_text(line)
    with pytest.raises(InvalidInput, match="--channel"):
        read_all(path)
    assert messages_of(path, channel="Harbour crew")[0].channel == "Harbour crew"
