"""The runs that read messages, and how good what reads them is."""

import json
from uuid import uuid4

import pytest


def test_runs_are_listed_and_shown(assay):
    listed = assay("extractions", "list", "--json").document
    assert listed
    assert {each["status"] for each in listed} == {"completed"}
    assert all(each["extractor"] == "offline" and each["messages_analyzed"] > 0 for each in listed)
    short = listed[0]["id"][-8:]
    assert assay("extractions", "show", short, "--json").document == listed[0]
    assert short in assay("extractions", "list").out
    assert "status: completed" in assay("extractions", "show", short).out


def test_no_run_yet_says_what_to_do(empty):
    assert empty("extractions", "list", "--json").document == []
    assert "assay jobs run extract_knowledge_from_messages" in empty("extractions", "list").out


def test_a_run_that_has_ended_cannot_be_cancelled(assay):
    run = assay("extractions", "list", "--json").document[0]["id"]
    assert assay("extractions", "cancel", run).refused(1) == (
        f"Extraction run {run} is completed: too late to cancel it."
    )


@pytest.mark.parametrize(
    ("typed", "sentence"), [("xyz", "is not an extraction run's id"), (str(uuid4()), "There is no extraction run")]
)
@pytest.mark.parametrize("command", ["show", "cancel"])
def test_a_run_that_is_not_there_is_refused(empty, command, typed, sentence):
    assert sentence in empty("extractions", command, typed).refused(2)


def test_an_evaluation_needs_no_server_and_prints_its_figures(alone, tmp_path):
    ours = tmp_path / "ours.jsonl"
    talk = {"id": "a", "messages": [{"author": "ana", "text": "Decision: access logs are kept for 90 days"}],
            "knowledge": [{"type": "decision", "says": "Access logs are kept for 90 days"}]}  # fmt: skip
    ours.write_text(json.dumps(talk))
    document = alone("eval", "extraction", "--extractor", "offline", "--set", str(ours), "--json").document
    assert document == {
        "offline": {"n": 1, "precision": 1.0, "recall": 1.0, "grounding": 1.0, "type_accuracy": 1.0, "junk_rate": 0.0,
                    "cost": 0.0}
    }  # fmt: skip
    assert "1 of 1, of 1" in alone("eval", "extraction", "--set", str(ours)).out


def test_an_unknown_extractor_and_a_bad_set_are_refused(alone, tmp_path):
    assert alone("eval", "extraction", "--extractor", "oracle").refused(2) == (
        "There is no extractor 'oracle'. There is: offline, openai, anthropic, openai-compatible."
    )
    assert "cannot be read" in alone("eval", "extraction", "--set", str(tmp_path / "none")).refused(2)
