"""Importing chats: bad input changes nothing and gets one clear sentence."""

import gzip
import json
import re

import pytest


def line(number: int = 1, **changes) -> str:
    fields = {"id": f"m{number}", "channel": "backend", "author": "ana", "ts": "2026-03-02T09:14:05Z", "text": "Hello."}
    return json.dumps({**fields, **changes}) + "\n"


PRICED = {
    "ASSAY_EXTRACTOR": "openai-compatible",
    "ASSAY_LLM_MODEL": "qwen3:8b",
    "ASSAY_LLM_URL": "http://127.0.0.1:1/v1",
    "ASSAY_LLM_PRICE_INPUT": "1",
    "ASSAY_LLM_PRICE_OUTPUT": "5",
}


@pytest.fixture
def chat(tmp_path):
    def write(content: str | bytes, name: str = "chat.jsonl") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def read(empty) -> int:
    """How many messages there are to read."""
    document = empty("jobs", "run", "extract_knowledge_from_messages", "--json").document
    messages: int = document["statistics"]["messages_analyzed"]
    return messages


def test_a_file_is_imported_once_however_often_it_is_read(empty, chat):
    path = chat(line(1) + line(2))
    first, second = (empty("ingest", path, "--json").document for _ in range(2))
    counts = {"edited": 0, "erased": 0, "deleted": 0, "left_out": 0, "skipped": {}}
    rest = {**counts, "problems": [], "warnings": [], "notes": [], "sources": {"chat.jsonl": "chat"}}
    assert first == {"added": 2, "unchanged": 0, **rest}
    assert second == {"added": 0, "unchanged": 2, **rest}


def test_new_words_under_an_old_id_are_an_edit(empty, chat):
    empty("ingest", chat(line()))
    assert empty("ingest", chat(line(text="Hello again.")), "--json").document["edited"] == 1


def test_several_files_gzipped_or_plain_text_come_in_at_once(empty, chat):
    paths = (
        chat(line(), "a.jsonl"),
        chat(gzip.compress(line().encode()), "b.jsonl.gz"),
        chat("[2026-03-02 09:00] ana: Hello.\n[2026-03-02 09:01] ben: Good morning.\n", "c.log"),
    )
    assert empty("ingest", *paths, "--json").document["added"] == 4


def test_a_person_is_told_what_came_in_and_what_to_do_next(empty, chat):
    answer = empty("ingest", chat(line()))
    assert (answer.code, answer.err) == (0, "")
    assert re.search(r"\b1 (messages )?added\b", answer.out)
    assert "assay jobs run " in answer.out


def test_at_the_end_of_reading_a_person_is_told_what_came_of_it_and_that_a_model_finds_more(empty, chat):
    said = "Decision: the ledger service runs on Postgres 16 from Monday on."
    consent = line(2, author="ben", text="agreed", ts="2026-03-02T09:15:05Z")
    imported = empty("ingest", chat(line(text=said) + consent))
    answer = empty("jobs", "run", "extract_knowledge_from_messages")
    proposed = len(empty("proposals", "list", "--json").items)
    assert proposed > 0
    assert f"Messages: 2 read, {proposed} proposals made." in answer.out
    hint = "A language model finds more: docs/howto/use-a-language-model.md"
    assert hint in imported.out
    assert hint in answer.out
    assert hint not in empty("ingest", chat(line(3)), **PRICED).out
    assert "proposals made" not in empty("jobs", "run", "proposal_metrics_update").out


def test_the_source_of_a_file_is_said(empty, chat):
    assert "The messages of chat.jsonl are known under the source 'chat'." in empty("ingest", chat(line())).out
    assert "the source 'team'." in empty("ingest", chat(line()), "--source", "team").out
    shown = " ".join(empty("ingest", "--help").out.replace("│", " ").split())
    assert "the file name without its extension" in shown


def test_who_would_double_a_chat_is_warned_and_told_how_not_to(empty, chat):
    path = chat("".join(line(number, text=f"Point {number}.") for number in range(9)))
    empty("ingest", path)
    doubled = empty("ingest", path, "--source", "chat.jsonl", "--json")
    [warning] = doubled.document["warnings"]
    assert warning == (
        "chat.jsonl: 9 of the first 9 messages are already known, under the source 'chat'. "
        "Under 'chat.jsonl' they are imported once more: --source chat adds nothing twice."
    )
    assert warning in doubled.err
    assert empty("ingest", path, "--source", "chat", "--json").document["unchanged"] == 9
    assert empty("ingest", path, "--source", "chat.jsonl", "--json").document["warnings"] == []


def test_a_renamed_log_without_channels_is_doubled_unless_the_channel_is_named_too(empty, chat):
    text = "[2026-03-02 09:00] ana: Hello.\n[2026-03-02 09:01] ben: Good morning.\n"
    empty("ingest", chat(text, "team.log"))
    renamed = chat(text, "team-march.log")
    [warning] = empty("ingest", renamed, "--source", "team", "--json").document["warnings"]
    assert warning.endswith("they are imported once more: --source team --channel team adds nothing twice.")
    again = empty("ingest", renamed, "--source", "team", "--channel", "team", "--json").document
    assert (again["unchanged"], again["warnings"]) == (2, [])


def test_a_chat_of_which_little_is_known_is_no_reason_to_warn(empty, chat):
    empty("ingest", chat(line(1), "old.jsonl"))
    path = chat("".join(line(number, text=f"Point {number}.") for number in range(5)) + line(9), "new.jsonl")
    assert empty("ingest", path, "--json").document["warnings"] == []


def test_half_a_line_is_reported_with_its_number_and_the_rest_goes_in(empty, chat):
    path = chat(line(1) + line(2)[:30] + "\n" + line(3))
    answer = empty("ingest", path, "--json")
    document = json.loads(answer.out)
    assert answer.code == 1
    assert (document["added"], document["left_out"]) == (2, 1)
    assert document["problems"][0].startswith("chat.jsonl, line 2: ")
    assert "chat.jsonl, line 2: " in empty("ingest", path).out


def test_only_the_first_of_many_problems_are_shown(empty, chat):
    answer = empty("ingest", chat(line() + "{\n" * 50))
    assert answer.code == 1
    assert "... and 30 more lines." in answer.out


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "x" * 200_001},
        {"author": "x" * 201},
        {"ts": "1970-01-01T00:00:00Z"},
        {"ts": "2100-01-01T00:00:00Z"},
        {"ts": "yesterday"},
        {"text": ""},
    ],
)
def test_a_message_that_breaks_a_limit_is_left_out(empty, chat, changes):
    answer = empty("ingest", chat(line(1) + line(2, **changes)), "--json")
    document = json.loads(answer.out)
    assert (answer.code, document["added"], document["left_out"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.jsonl"),
        (b"\n\n \n", "blank.jsonl"),
        (b"\xff\xfe\x00\x01" * 50, "binary.jsonl"),
        (b"\x1f\x8b not really", "broken.jsonl.gz"),
        (gzip.compress(line().encode(), mtime=0)[:20], "cut.jsonl.gz"),
    ],
)
def test_a_file_that_is_no_chat_is_one_sentence_and_changes_nothing(empty, chat, content, name):
    sentence = empty("ingest", chat(content, name)).refused(2)
    assert name in sentence
    assert read(empty) == 0


def test_a_file_that_is_not_there_is_one_sentence(empty, tmp_path):
    assert "missing.jsonl" in empty("ingest", str(tmp_path / "missing.jsonl")).refused(2)


def test_a_folder_without_a_chat_is_one_sentence(empty, tmp_path):
    assert str(tmp_path) in empty("ingest", str(tmp_path)).refused(2)


def test_no_file_is_one_sentence(alone):
    assert alone("ingest").refused(2).startswith("Name at least one chat file")


def test_damage_far_behind_the_start_leaves_everything_as_it_was(empty, chat):
    spoiled = gzip.compress("".join(line(number) for number in range(1, 2500)).encode()) + b"\x8b trailing"
    whole = chat(line(), "whole.jsonl")
    assert empty("ingest", whole, chat(spoiled, "spoiled.jsonl")).refused(2)
    assert read(empty) == 0


def test_what_a_file_is_called_cannot_drive_the_terminal(empty, chat):
    path = chat(line() + "{half\n", "esc\x1b[31mz\n[bold]x.jsonl")
    answer = empty("ingest", path)
    assert "\x1b" not in answer.out + answer.err
    assert "[bold]x" in answer.out
    assert "\x1b" not in empty("ingest", path + "\x1b[31m").refused(2)


@pytest.mark.parametrize("source", ["", " ", "\x00", "c\x00hat", "chat\udcff", "c" * 201])
def test_a_source_without_a_fit_name_is_refused(empty, chat, source):
    assert empty("ingest", chat(line()), "--source", source).refused(2)


def test_what_a_model_would_cost_is_told_before_anything_is_read_or_stored(empty, chat):
    path = chat(line(1) + line(2, text="The ledger runs on Postgres 16.") + line(3, author="jenkins", bot=True))
    offline = empty("ingest", "--estimate", path, "--json").document
    assert (offline["messages"], offline["by_machines"], offline["windows"]) == (3, 1, 1)
    assert (offline["cost"], offline["cost_per_thousand"]) == (None, None)
    assert "costs nothing but processor time" in empty("ingest", "--estimate", path).out

    priced = empty("ingest", "--estimate", path, "--json", **PRICED).document
    cost = (priced["tokens_read"] * 1 + priced["tokens_written"] * 5) / 1_000_000
    assert priced["cost"] == pytest.approx(cost)
    assert priced["cost_per_thousand"] == pytest.approx(cost * 1_000 / 3)
    assert f"{cost * 1_000 / 3:.2f} per 1,000 messages" in empty("ingest", "--estimate", path, **PRICED).out
    assert empty("messages", "list", "--json").items == []


def test_what_is_imported_and_unread_costs_what_its_file_would(empty, chat, monkeypatch):
    monkeypatch.setattr("assay.extraction.estimate.MAX_MESSAGES", 2)
    path = chat("".join(line(number, thread="m1") for number in range(1, 6)))
    before = empty("ingest", "--estimate", path, "--json", **PRICED).document
    empty("ingest", path)
    assert empty("ingest", "--estimate", "--json", **PRICED).document == before
    read(empty)
    assert empty("ingest", "--estimate", "--json", **PRICED).document["windows"] == 0
