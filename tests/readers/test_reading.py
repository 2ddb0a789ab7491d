"""Chat files: every format, every fault, and any size."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.cpu_cost import costs_little
from tests.readers.files import json_line, messages, problems, read, zipped

from assay.errors import InvalidInput
from assay.extraction.portions import portions
from assay.readers.export import default_name
from assay.readers.reading import read_file
from assay.readers.records import Found, IncomingMessage, Skipped, SystemNotice

NINE = datetime(2026, 3, 2, 9, 14, tzinfo=UTC)
MIB = 2**20


@pytest.fixture(autouse=True)
def _in_spring() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 3, 20, tzinfo=UTC), tick=True):
        yield


def spoken(content: str) -> list[tuple[datetime, str, str]]:
    return [(each.sent_at, each.author, each.text) for each in messages(content)]


def test_a_json_line_becomes_a_message():
    [message] = messages(json_line(id="a-1", thread="t1", bot=True, sample=0, kind="message"))
    assert message == IncomingMessage(
        "a-1", "backend", "ana", NINE.replace(second=5), "Hello there.", thread="t1", is_bot=True
    )


def test_json_lines_need_no_id_channel_or_thread():
    [message] = messages(json_line(id=..., channel=...) + "\n")
    assert (message.channel, message.thread, message.is_bot) == ("backend", None, False)
    assert len(message.external_id) == 32


def test_a_folder_of_files_is_one_export_and_each_file_its_channel(tmp_path):
    (tmp_path / "ops.jsonl").write_text(json_line(channel=..., reply_to="m2"))
    (tmp_path / "web.json").write_text(f"[{json_line(channel=..., id='m2', reply_to='m3')}]")
    found = list(read_file(tmp_path))
    assert [(each.channel, each.thread) for each in found if isinstance(each, IncomingMessage)] == [
        ("ops", "m3"),
        ("web", "m3"),
    ]


def test_an_answer_without_a_thread_belongs_to_the_thread_of_what_it_answers():
    assert messages(json_line(reply_to=7))[0].thread == "7"


def test_an_action_is_its_authors_words_and_a_notice_is_nobodys():
    assert not messages(json_line(kind="action"))[0].is_bot
    assert read(json_line(kind="join")) == [Skipped(SystemNotice.JOINED)]


@pytest.mark.parametrize(
    "content",
    [
        "[2026-03-02 09:14] <ana> Hi.\n",
        "[2026-03-02T09:14:00Z] <@ana> Hi.\n",
        "2026-03-02 09:14:00 ana: Hi.\n",
        "2026-03-02 10:14:00+01:00 ana: Hi.\r\n",
        "2026-03-02\n09:14 <ana> Hi.\n",
        "--- Day changed Mon Mar 02 2026\n09:14 < ana> Hi.\n",
        "Monday, 2 March 2026\n[09:14:00] ana: Hi.\n",
        "02/03/2026, 09:14 - ana: Hi.\n",
        "02.03.26, 09:14 - ana: Hi.\n",
        "\u200e[02/03/2026, 9:14:00\u202fAM] ana: Hi.\n",
        "[3/2/26, 9:14 AM] ana: Hi.\n[3/22/26, 9:14 AM] ana: Hi.\n",
    ],
)
def test_every_format_of_a_chat_log(content):
    assert spoken(content)[0] == (NINE, "ana", "Hi.")


def test_lines_without_a_stamp_go_on_with_the_message_before():
    assert spoken("[2026-03-02 09:14] <ana> One\n  two\nthree: four\n[2026-03-02 09:15] <tom> Five") == [
        (NINE, "ana", "One\n  two\nthree: four"),
        (NINE.replace(minute=15), "tom", "Five"),
    ]


@pytest.mark.parametrize(
    "line", ["-!- tom [t@example] has joined #backend", "* tom (~t@example) has quit", "tom added Eve"]
)
def test_lines_about_the_chat_are_skipped_with_their_kind(line):
    [_, notice] = read(f"[2026-03-02 09:14] <ana> Hi.\n[2026-03-02 09:14] {line}\n")
    assert notice == Skipped(SystemNotice.JOINED)


def test_the_lines_of_a_refused_message_go_with_it():
    content = "2100-01-01 09:14 ana: From\nthe future\n2026-03-02 09:14 ana: Hi."
    assert problems(content) == [
        ("line 1", "The date 2100-01-01 is out of range: 1990-01-01 to one day from now is allowed.")
    ]
    assert [text for _, _, text in spoken(content)] == ["Hi."]


@pytest.mark.parametrize(
    "ts",
    [
        "2026-03-02T09:14:00Z",
        "2026-03-02 09:14",
        "2026-03-02T10:14:00+01:00",
        1772442840,
        1772442840.0,
        1772442840000,
        1772442840000000,
        "1772442840",
        "1772442840000",
        "1772442840000000",
        "1772442840.000",
    ],
)
def test_dates_without_a_zone_are_utc_and_numbers_are_seconds_or_milliseconds(ts):
    assert messages(json_line(ts=ts))[0].sent_at == NINE


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"author": ...}, "The author is missing."),
        ({"author": "  "}, "The author is empty."),
        ({"author": 7}, "The author is no text, but of type int."),
        ({"author": "x" * 10_000}, "The author has 10,000 characters; 200 are allowed."),
        ({"channel": "x" * 201}, "The channel has 201 characters; 200 are allowed."),
        ({"id": "x" * 201}, "The id has 201 characters; 200 are allowed."),
        ({"id": ["a"]}, "The id is no text, but of type list."),
        ({"text": None}, "The text is missing."),
        ({"text": ""}, "The text is empty."),
        ({"text": "\u200b\u202e \u2060"}, "The text is empty."),
        ({"author": "\u200b\ufeff"}, "The author is empty."),
        ({"text": "x" * 200_001}, "The text has 200,001 characters; 200,000 are allowed."),
        ({"ts": ...}, "The date is missing."),
        ({"ts": True}, "The date is no text, but of type bool."),
        ({"ts": "yesterday"}, "The date 'yesterday' is not one, like 2026-03-02T09:14:05Z."),
        ({"ts": "0001-01-01T00:00+23:00"}, "The date '0001-01-01T00:00+23:00' is not one, like 2026-03-02T09:14:05Z."),
        ({"ts": 0}, "The date 1970-01-01 is out of range: 1990-01-01 to one day from now is allowed."),
        ({"ts": "2100-01-01"}, "The date 2100-01-01 is out of range: 1990-01-01 to one day from now is allowed."),
        ({"ts": 10**300}, "The date is a number beyond every calendar."),
        ({"ts": float("nan")}, "The date is a number beyond every calendar."),
    ],
)
def test_a_fault_of_one_line_is_reported_with_its_number_and_the_rest_goes_in(changes, sentence):
    content = "\n".join([json_line(id="1"), "", json_line(**changes), json_line(id="2")])
    assert problems(content) == [("line 3", sentence)]
    assert [each.external_id for each in messages(content)] == ["1", "2"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("hello", "The line is not JSON: it cannot be read from character 1 on."),
        ('{"id": 1,, "ts": 2}', "The line is not JSON: it cannot be read from character 10 on."),
        ("[1, 2]", "The line is a JSON list, not an object."),
        ("[" * 100_000, "The line is JSON nested too deeply."),
        ('{"ts": ' + "9" * 5_000 + "}", "The line holds a number of more than 4,300 digits."),
        ('{"id": -' + "9" * 5_000 + "}", "The line holds a number of more than 4,300 digits."),
        ("x" * 4 * MIB + "x", "The line is longer than 4,194,304 bytes, which is not allowed."),
    ],
)
def test_a_line_that_is_no_object_is_reported(line, sentence):
    content = "\n".join([json_line(id="1"), line, json_line(id="2")])
    [(number, found)] = problems(content)
    assert (number, found[: len(sentence)]) == ("line 2", sentence)
    assert len(messages(content)) == 2


def test_the_longest_text_allowed_fits_however_it_is_written():
    [message] = messages(json_line(text="\U0001f600" * 200_000))
    assert len(message.text) == 200_000


def test_a_chat_log_that_never_stops_is_one_refused_message():
    content = "2026-03-02 09:14 ana: Hi.\n" + "and on it goes\n" * 20_000
    assert problems(content) == [("line 1", "The text has more than 200,000 characters, which is not allowed.")]


def test_a_clock_without_a_day_is_reported():
    assert problems("09:14 <ana> Hi.") == [
        (
            "line 1",
            "The line has a time but no day: a line such as 2026-03-02 must come before it, or --date names the day.",
        )
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (zipped(""), "is empty"),
        (b"\x7fELF\x02\x01\0\0\x03\0" * 9, "is not a text: it holds a NUL byte at offset 6"),
        (b"PK\x03\x04rest", "is a damaged zip archive: "),
        (zipped(json_line() * 99)[:-9], "is damaged: its gzip data cannot be unpacked"),
        (b"\x1f\x8brubbish", "is damaged: its gzip data cannot be unpacked"),
        (
            b"Dear diary,\nnothing happened.",
            "is of no format that is known. Name it with --format",
        ),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_is_refused_with_one_sentence(content, sentence):
    with pytest.raises(InvalidInput) as refusal:
        read(content)
    assert f"backend.jsonl {sentence}" in str(refusal.value)


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"There is no file .*absent\."):
        list(read_file(tmp_path / "absent"))
    with pytest.raises(InvalidInput, match="holds no file that could be a chat"):
        list(read_file(tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + json_line().encode(),
        zipped(json_line()),
        *(json_line().encode(codec) for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")),
        f"[{json_line()}]".encode(),
    ],
)
def test_marks_of_byte_order_wide_encodings_gzip_and_a_list_change_nothing(content):
    assert messages(content) == messages(json_line())


def test_messages_without_an_id_get_the_same_one_every_time_and_equal_ones_different_ones():
    content = "2026-03-02 09:14 ana: +1\n" * 3 + "2026-03-02 09:14 tom: +1\n"
    ids = [each.external_id for each in messages(content)]
    assert len(set(ids)) == 4
    assert ids == [each.external_id for each in messages(content)]
    assert ids[:2] == [each.external_id for each in messages("2026-03-02 09:14 ana: +1\n" * 2)]


def test_the_file_names_the_channel_where_no_line_does():
    assert default_name(Path("/chats/team-backend.jsonl.gz")) == "team-backend"
    assert default_name(Path(".gz")) == ".gz"
    assert messages("2026-03-02 09:14 ana: Hi.", "ops.log")[0].channel == "ops"


@pytest.mark.parametrize("name", ["irc-mediawiki", "irc-ubuntu-meeting"])
def test_real_chats_go_in_whole(shared_data: Path, name):
    found = list(read_file(shared_data / "chats" / f"{name}.jsonl.gz"))
    assert len(found) > 3_000
    assert all(isinstance(each, IncomingMessage) for each in found)
    assert any(each.is_bot for each in found if isinstance(each, IncomingMessage))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
KEYS = st.sampled_from(["id", "channel", "author", "ts", "text", "thread", "reply_to", "kind", "bot"])
OBJECTS = st.dictionaries(KEYS, JSON_VALUES, min_size=1).map(json.dumps)
STAMPED = st.builds(
    "{}{} {}".format,
    st.sampled_from(["[", ""]),
    st.sampled_from(["2026-03-02 09:14]", "9999-99-99 99:99", "02/03/2026, 09:14 -", "09:14", "2026-03-02"]),
    st.sampled_from(["<ana> ", "ana: ", "* ana ", ""]),
)
TEXTS = st.lists(OBJECTS | STAMPED | st.text(max_size=40), max_size=12).map("\n".join)


@settings(max_examples=400, deadline=None)
@given(
    st.binary(max_size=400)
    | st.binary(max_size=99).map(gzip.compress)
    | TEXTS.map(lambda t: t.encode("utf-8", "surrogatepass"))
)
@example(b"\xff\xfe")
@example(b"\x1f\x8b")
@example(b"{}")
def test_no_bytes_at_all_raise_anything_but_a_refusal(content):
    found: list[Found] = []
    with suppress(InvalidInput):
        found = read(content, "chat.txt")
    assert all(each.problem(datetime.now(UTC)) is None for each in found if isinstance(each, IncomingMessage))


def _write_chat(path: Path, bytes_wanted: int, *, as_log: bool) -> int:
    """A file of at least this size, unpacked. Returns its number of messages."""
    text = "the ledger keeps its entries " * 100
    lines = [
        f"2026-03-02 09:14:05 ana: {number} {text}" if as_log else json_line(id=..., text=f"{number} {text}")
        for number in range(400)
    ]
    block = ("\n".join(lines) + "\n").encode()
    blocks = bytes_wanted // len(block) + 1
    with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else path.open("wb") as file:
        for _ in range(blocks):
            file.write(block)
    return blocks * len(lines)


def _read_flat(path: Path, most: int) -> int:
    """Counts the messages and asserts how much memory reading them took at most."""
    tracemalloc.start()
    count = sum(isinstance(each, IncomingMessage) for each in read_file(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < most
    return count


@pytest.mark.parametrize(("name", "as_log"), [("chat.jsonl.gz", False), ("chat.log", True)])
def test_memory_stays_flat_however_large_the_file(tmp_path, name, as_log):
    expected = _write_chat(tmp_path / name, 60 * MIB, as_log=as_log)
    assert _read_flat(tmp_path / name, 12 * MIB) == expected


def test_memory_stays_flat_within_a_line_of_60_megabytes(tmp_path):
    path = tmp_path / "chat.jsonl"
    with path.open("wb") as file:
        file.write(json_line().encode() + b"\n")
        for _ in range(60):
            file.write(b"x" * MIB)
    assert _read_flat(path, 24 * MIB) == 1


@pytest.mark.load
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["chat.jsonl", "chat.jsonl.gz"])
def test_a_file_of_one_gigabyte_is_read_in_flat_memory(tmp_path, name):
    expected = _write_chat(tmp_path / name, 1024 * MIB, as_log=False)
    assert _read_flat(tmp_path / name, 24 * MIB) == expected


def test_portions_hold_so_many_messages_and_so_many_characters():
    short, long = messages(json_line()) * 2_500, messages(json_line(text="x" * 200_000)) * 90
    assert [len(each) for each in portions(short)] == [1_000, 1_000, 500]
    assert [len(each) for each in portions(long)] == [40, 40, 10]
    assert list(portions([])) == []


def test_a_hostile_line_is_judged_in_no_time():
    lines = ["-" * 100_000, "a, " * 30_000, "2026-03-02 " * 9_000, "<" * 100_000, "1:" * 50_000]
    with costs_little():
        read("\n".join(["2026-03-02", "09:14 <ana> Hi.", *lines]))
