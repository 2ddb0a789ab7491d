"""Exports of every kind through the command line: looked at, imported, imported again, and what becomes of them."""

import re
import shutil
from typing import Any

import pytest
from tests.readers.files import EXPORTS

OPTIONS = {"teams.vtt": ["--date", "2026-03-20T10:00"], "minutes.md": ["--author", "nils"]}
NAMES = sorted(each.name for each in EXPORTS.iterdir())


def ingest(run, name: str, *more: str) -> dict[str, Any]:
    document: dict[str, Any] = run("ingest", str(EXPORTS / name), *OPTIONS.get(name, []), "--json", *more).document
    return document


def proposed(run) -> list[dict[str, Any]]:
    """Everything that was proposed, with its evidence."""
    listed = run("proposals", "list", "--json", "--limit", "1000").document
    return [run("proposals", "show", each["id"], "--json").document for each in listed["items"]]


def quoted_authors(run) -> list[set[str]]:
    return [{each["author"] for each in proposal["evidence"] if each["verified"]} for proposal in proposed(run)]


def test_every_export_comes_in_once_however_often_it_is_imported(empty):
    first = ingest(empty, NAMES[0])
    assert first["added"] > 0
    paths = [str(EXPORTS / name) for name in NAMES if name not in OPTIONS]
    empty("ingest", *paths, "--json")
    again = empty("ingest", *paths, "--json").document
    assert (again["added"], again["edited"]) == (0, 0)
    assert again["unchanged"] > 60
    assert again["left_out"] == 0


def test_a_preview_says_what_is_new_edited_and_known_and_writes_nothing(empty):
    name = "wa_ios_12h.txt"
    seen = ingest(empty, name, "--preview")
    assert (seen["new"], seen["edited"], seen["known"]) == (4, 0, 0)
    assert ingest(empty, name)["added"] == 4
    seen = ingest(empty, name, "--preview")
    assert (seen["new"], seen["edited"], seen["known"]) == (0, 0, 4)


def test_a_person_sees_the_same_preview(empty):
    shown = empty("ingest", str(EXPORTS / "slack_export"), "--preview").out
    assert "ops-room: 5 messages, 2026-03-02 to 2026-03-02, by lark, Mira Stoltz, U0GUEST; bots: deploy-crow" in shown
    assert "skipped: 1 deleted, 1 joined or left" in shown
    assert re.search(r"5 new, 0 edited, 0 known", shown)


def test_a_newer_export_of_a_chat_without_ids_makes_versions_of_what_was_edited(empty, tmp_path):
    text = (EXPORTS / "wa_ios_12h.txt").read_text()
    path = tmp_path / "crew.txt"
    path.write_text(text)
    assert empty("ingest", str(path), "--json").document["added"] == 4
    path.write_text(
        text.replace("greased every month", "greased every week") + "[2/16/26, 9:00:00 AM] Dana Quill: hi\n"
    )
    newer = empty("ingest", str(path), "--json").document
    assert (newer["added"], newer["edited"], newer["unchanged"]) == (1, 1, 3)


def test_day_files_of_one_name_from_two_folders_are_two_channels(empty, tmp_path):
    for folder in ("#a", "#b"):
        shutil.copytree(EXPORTS / "znc" / "#brook", tmp_path / "znc" / folder)
    paths = [str(tmp_path / "znc" / folder / "2026-03-17.log") for folder in ("#a", "#b")]
    assert empty("ingest", *paths, "--json").document["added"] == 6
    seen = empty("ingest", str(tmp_path / "znc"), "--preview", "--json").document
    assert [(each["name"], each["messages"]) for each in seen["channels"]] == [("#a", 3), ("#b", 3)]


def test_quoted_words_are_no_second_voice(empty):
    ingest(empty, "quoted_replies.jsonl")
    empty("jobs", "run", "--all")
    assert quoted_authors(empty) == [{"pia"}, {"pia"}]  # the topic of the channel, and the decision


def test_forwarded_words_are_no_evidence_by_who_forwards_them(empty):
    for name in ("discord_reply.json", "telegram_result.json"):
        ingest(empty, name)
    empty("jobs", "run", "--all")
    quotes = [each["quote"] for proposal in proposed(empty) for each in proposal["evidence"]]
    assert not [quote for quote in quotes if "flux" in quote or "lamp must" in quote]
    assert len(quotes) >= 4


def test_an_action_silences_nobody(empty):
    ingest(empty, "irssi.log")
    empty("jobs", "run", "--all")
    assert {"olga", "fenn"} in quoted_authors(empty)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--zone", "Mars/Base"], "There is no time zone 'Mars/Base'"),
        (["--encoding", "klingon"], "There is no encoding 'klingon'"),
        (["--date", "soon"], "The date 'soon' is not one"),
        (["--format", "fax"], "There is no format 'fax': name one of jsonl, slack"),
    ],
)
def test_what_is_said_of_an_export_must_make_sense(alone, options, sentence):
    assert sentence in alone("ingest", str(EXPORTS / "cp1252.log"), *options).refused(2)


@pytest.mark.parametrize(("answer", "added"), [("y", 5), ("n", 0), (None, 0)])
def test_at_a_terminal_an_export_is_shown_and_asked_about(empty, monkeypatch, answer, added):
    def answering() -> Any:
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answering)
    shown = empty("ingest", str(EXPORTS / "slack_export")).out
    assert "Import this? [y/N]" in shown
    assert (f"{added} added" if added else "Nothing was imported.") in shown
