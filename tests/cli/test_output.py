"""What a command says, and how: errors for programs, variables that are none, tables of any width, no colour."""

import json
import os
import pty
import shutil
import subprocess
import sys
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.console import Console
from tests.docs.reference import commands, parameters
from tests.faults import helpers
from tests.patience import PATIENCE

from assay.cli import tables
from assay.cli.output import print_json, print_problem, with_short_ids
from assay.settings import Settings, unknown_variables

ID = "0198c0de-0000-7000-8000-0000deadbeef"


def test_no_name_in_json_drives_the_terminal(capsys):
    document = {"author": "\x9b31mana\x7f\u202etxt.exe\x1b[2J"}
    print_json(document)
    print_problem(document)
    for shown in capsys.readouterr():
        assert (json.loads(shown), shown.isascii(), "\x1b" in shown, "\x7f" in shown) == (document, True, False, False)


@pytest.mark.parametrize(
    ("words", "code", "status", "words_of_it"),
    [
        (["proposals", "show", ID], 2, 404, f"There is no proposal {ID}."),
        (["proposals", "list", "--limit", "0"], 2, 422, "--limit"),
        (["proposals", "lost"], 2, 422, "lost"),
        (["policy", "revert", "7"], 2, 404, "There is no version 7 of the policy"),
        (["jobs", "run"], 2, 422, "Name one job"),
    ],
)
def test_an_error_is_the_problem_of_http_for_who_asks_for_json(empty, words, code, status, words_of_it):
    answer = empty(*words, "--json")
    assert (answer.code, answer.out) == (code, "")
    problem = json.loads(answer.err.splitlines()[-1])
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert words_of_it in problem["detail"]


def test_a_server_that_is_away_is_a_problem_too(alone):
    answer = alone("atoms", "--json")
    assert (answer.code, json.loads(answer.err.splitlines()[-1])["status"]) == (3, 503)


@pytest.mark.parametrize(
    "words",
    [
        *(
            ["sources", "show"],
            ["messages", "list", "--source"],
            ["erase", "--author"],
            ["erase", "--yes", "--channel"],
        ),
        *(["topics", "show"], ["proposals", "show"]),
    ],
)
def test_a_word_that_is_no_text_is_refused_in_one_sentence(empty, words):
    assert r"\udcff" in empty(*words, "caf\udcff").refused(2)


def test_a_variable_that_is_no_setting_is_named_with_the_nearest_one(alone):
    given_ = {"ASSAY_EXTRACTER": "offline", "KNOWLEDGE_DEDUP_BATCHSIZE": "7", "ASSAY_XYZZY": "1"}
    answer = alone("settings", "--json", **given_)
    assert answer.document["KNOWLEDGE_DEDUP_BATCH_SIZE"] == 100
    assert answer.err.splitlines() == [
        "ASSAY_EXTRACTER is no setting and was overlooked: did you mean ASSAY_EXTRACTOR?",
        "ASSAY_XYZZY is no setting and was overlooked: assay settings shows those that there are.",
        "KNOWLEDGE_DEDUP_BATCHSIZE is no setting and was overlooked: did you mean KNOWLEDGE_DEDUP_BATCH_SIZE?",
    ]


def test_no_setting_is_taken_for_an_unknown_variable():
    names = [name.upper() for name in Settings.model_fields]
    assert unknown_variables([*names, *map(str.lower, names)]) == []


words_ = some.text("abcdefgh", min_size=1, max_size=40)
prose = some.lists(words_, max_size=30).map(" ".join)


@given(rows=some.lists(some.tuples(some.just(ID), words_, prose), min_size=1, max_size=5), width=some.integers(1, 200))
def test_no_id_and_no_name_is_broken_on_a_terminal_of_any_width(rows, width):
    shown = _shown(rows, Console(file=StringIO(), force_terminal=True, color_system=None, width=width))
    for identity, name, text in rows:
        assert any(identity in line for line in shown)
        assert any(name in line.split() for line in shown)
        assert set(text.split()) <= {word for line in shown for word in line.split()}


@given(rows=some.lists(some.tuples(some.just(ID), words_, prose), min_size=1, max_size=5))
def test_a_row_is_a_line_where_there_is_no_terminal(rows):
    shown = _shown(rows, Console(file=StringIO(), width=80))
    assert [line.split() for line in shown[1:]] == [" ".join(row).split() for row in rows]


def _shown(rows, console: Console) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "console", console)
        patch.setattr("assay.cli.output.console", console)
        tables.table(["id", "name", "title"], rows)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("words", [["settings"], ["jobs", "run"], ["settings", "--nonsense"], ["--help"]])
def test_nothing_is_coloured_where_no_colour_is_wanted(tmp_path, words):
    environment = {**helpers.environment(tmp_path), "TERM": "xterm-256color", "COLUMNS": "300"}
    assert "\x1b[" in _on_a_terminal(words, environment) or words == ["jobs", "run"]
    assert "\x1b[" not in _on_a_terminal(words, {**environment, "NO_COLOR": "1"})


def _on_a_terminal(words, environment) -> str:
    """Everything that a command writes on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "assay", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:
        pass  # the way in which a terminal says that its last writer is gone
    process.wait(PATIENCE)
    os.close(ours)
    return said.decode()


def test_bash_completes_commands_and_options(alone):
    script = alone("completion", "bash").out
    assert _completed(script, "assay", "prop") == ["proposals"]
    assert {"list", "withdraw", "show"} <= set(_completed(script, "assay", "proposals", ""))
    assert "--after" in _completed(script, "assay", "atoms", "list", "--")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_served_too(alone, shell):
    script = alone("completion", shell).out
    assert "proposals" in script
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=script, text=True, check=True, timeout=PATIENCE)


def _completed(script: str, *words: str) -> list[str]:
    asked = f"COMP_WORDS=({' '.join(word or chr(34) * 2 for word in words)}); COMP_CWORD={len(words) - 1}; _assay"
    bash = subprocess.run(
        ["bash", "-c", f'{script}\n{asked}\nprintf "%s\\n" "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return bash.stdout.split()


def test_ids_are_as_short_as_in_lists_unless_they_were_typed():
    assert with_short_ids(f"Its topic, proposal {ID}, waits.") == "Its topic, proposal deadbeef, waits."
    assert with_short_ids(f"There is no proposal {ID}.", but=["show", ID]) == f"There is no proposal {ID}."


OPTIONS = {name: {each[0] for each in parameters(command)} for name, command in commands()}
SERVING = {"assay up", "assay api", "assay worker", "assay scheduler", "assay watch", "assay completion"}
BY_KEYS = {"assay proposals review"}
DECISIONS = {
    *(f"assay proposals {each}" for each in ("approve", "reject", "withdraw", "merge", "revert", "reopen")),
    *(f"assay proposals {each}" for each in ("edit", "supersede", "reset-failures", "not-duplicate", "decide-group")),
    *(f"assay {kind} {each}" for kind in ("topics", "atoms") for each in ("merge", "unmerge")),
    *(f"assay policy {each}" for each in ("set", "apply", "revert", "undo")),
    "assay duplicates dismiss",
    "assay erase",
}


def test_every_command_that_answers_can_answer_in_json():
    assert {name for name, options in OPTIONS.items() if "--json" not in options} == SERVING | BY_KEYS


def test_every_decision_takes_a_note_and_every_list_is_paged():
    assert {name for name, options in OPTIONS.items() if "--note" in options} == DECISIONS
    lists = {name for name in OPTIONS if name.split()[-1] in {"list", "topics", "atoms", "history", "runs", "groups"}}
    assert {name for name in lists if not {"--limit", "--after"} <= OPTIONS[name]} == {"assay jobs list"}  # six jobs


def test_a_job_that_rests_is_answered_as_over_http(empty):
    for command in ("pause", "resume"):
        assert empty("jobs", command, "deduplication_scan", "--json").document == {
            "job": "deduplication_scan",
            "changed": True,
        }
