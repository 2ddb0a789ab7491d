"""Showing and setting the policy at the command line."""

import getpass
import json

import pytest

DEFAULTS = {"enabled": True, "threshold": 0.95, "min_authors": 0, "rules": []}


def policy(assay, *words, **environment):
    return assay("policy", *words, "--json", **environment).document


def test_before_anybody_set_a_rule_the_environment_holds(empty):
    assert policy(empty, "show") == {"version": 0, "document": {}, "in_force": DEFAULTS}
    assert policy(empty, "history")["items"] == []
    assert "Nobody has set a rule yet" in empty("policy", "history").out


def test_a_rule_is_set_taken_back_and_brought_back(empty):
    off = policy(empty, "set", "--auto-approval", "off", "--note", "Too many updates.")
    assert off == {
        "version": 1,
        "document": {"auto_approval_enabled": False},
        "in_force": {**DEFAULTS, "enabled": False},
    }
    assert policy(empty, "set", "--auto-approval", "default", "--threshold", "0.9")["in_force"]["threshold"] == 0.9
    assert policy(empty, "revert", "1", "--note", "Back.")["document"] == off["document"]
    first, *_, last = policy(empty, "history")["items"]
    assert (first["version"], first["note"], first["author"]) == (3, "Back.", f"local:{getpass.getuser()}")
    assert (last["version"], last["note"]) == (1, "Too many updates.")
    assert [each["version"] for each in policy(empty, "history", "--limit", "1")["items"]] == [3]
    assert policy(empty, "revert", "0")["document"] == {}


def test_what_is_switched_off_is_not_run_by_the_next_job_and_the_kill_switch_wins(assay):
    assert "off" in assay("policy", "set", "--auto-approval", "off").out
    run = assay("jobs", "run", "auto_review_proposals", "--json").document
    assert set(run["statistics"].values()) == {0}
    killed = assay("policy", "set", "--auto-approval", "on", KNOWLEDGE_AUTO_APPROVAL_ENABLED="false")
    assert "KNOWLEDGE_AUTO_APPROVAL_ENABLED=false, which wins" in killed.out
    assert policy(assay, "show", KNOWLEDGE_AUTO_APPROVAL_ENABLED="false")["in_force"]["enabled"] is False


def test_a_person_is_told_what_is_in_force_and_what_was(empty):
    assert "Nobody has set a rule: the environment applies." in empty("policy", "show").out
    assert "Version 1 of the policy is in force." in empty("policy", "set", "--threshold", "0.8").out
    shown = empty("policy", "history").out
    assert "auto_approval_threshold 0.8" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["set"], "Say what to change: --auto-approval on|off|default, or --threshold with a number."),
        (
            ["set", "--threshold", "1.5"],
            "This is not a valid policy: auto_approval_threshold=1.5 is not allowed: "
            "it must be less than or equal to 1.",
        ),
        (["revert", "7"], "There is no version 7 of the policy: the newest is 0."),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_and_exit_code_2(empty, words, sentence):
    assert empty("policy", *words).refused(2) == sentence
    assert policy(empty, "show")["version"] == 0


@pytest.mark.parametrize("words", [["--auto-approval", "maybe"], ["--threshold", "much"]])
def test_a_value_that_is_none_is_refused(alone, words):
    answer = alone("policy", "set", *words)
    assert (answer.code, "Traceback" in answer.err) == (2, False)


def test_the_policy_says_what_waits_for_a_person_and_what_a_rule_opens(empty, tmp_path):
    shown = empty("policy", "show").out
    assert shown.count("wait for a person") == 2
    changes = tmp_path / "changes.json"
    rules = [{"proposers": ["agent"], "trust": "trusted", "may_approve": True}, {"sources": ["crm"], "threshold": 0.99}]
    changes.write_text(json.dumps({"rules": rules}))
    assert empty("policy", "apply", str(changes)).code == 0
    shown = empty("policy", "show").out
    assert "opened by 1 of the rules" in shown
    assert shown.count("wait for a person") == 1
    assert all(each in shown for each in ("rule 1", "rule 2", "may_approve True", "threshold 0.99"))
