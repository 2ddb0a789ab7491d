"""What the machine approves of labelled conversations, through the whole pipeline on real servers."""

import json

import psycopg
import pytest

from assay.cli.commands import eval_approvals
from assay.evaluation import approvals as figures
from assay.evaluation.approvals import Approved
from assay.evaluation.cases import Case


def told(name, kind, *lines, **label):
    messages = [dict(zip(("author", "text"), line.split(": ", 1), strict=True)) for line in lines]
    return {"id": name, "kind": kind, "expect": "hold", "messages": messages, **label}


def agreed(name, says, **label):
    return told(
        name, "decision", f"ana: Decision: {says}", "tom: agreed", "kim: agreed", expect="approve", says=says, **label
    )


LOGS = agreed(
    "logs",
    "access logs are kept for at least 90 days.",
    paraphrase="Access logs stay at least 90 days.",
    lies=[{"how": "number", "text": "Access logs are kept for at least 30 days."}],
)
CASES = [
    told("suggestion", "suggestion", "ana: Maybe we should paint the hall green?", "tom: could be nice"),
    told("alone", "own-word", "ana: Decision: the pool closes at 22:00."),
    told("agenda", "agenda-item", "ana: Agenda: 1. who may order paper, 2. the summer party", "tom: thanks"),
    LOGS,
    agreed("keys", "the signing keys are rotated only on the first Monday of a month."),
]


def written(folder, *cases) -> str:
    path = folder / "ours.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in cases))
    return str(path)


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'assay_%'")}


def test_traps_are_held_and_controls_approved_and_the_team_s_data_is_as_it_was(empty, database_url, tmp_path):
    chat = tmp_path / "chat.jsonl"
    chat.write_text(json.dumps({"author": "ana", "ts": "2026-03-02T09:00:00Z", "text": "Decision: tea at four."}))
    assert empty("ingest", str(chat)).code == 0
    known = databases(database_url)
    found = empty("eval", "approvals", written(tmp_path, *CASES), "--json").document
    assert {name: found[name] for name in ("traps", "traps_approved", "controls", "controls_whole")} == {
        "traps": 3, "traps_approved": 0, "controls": 2, "controls_whole": 2,
    }  # fmt: skip
    assert (found["controls_damaged"], found["wrong"], found["held"]) == (0, [], {})
    assert [each["text"] for each in empty("messages", "list", "--json").items] == ["Decision: tea at four."]
    assert empty("metrics", "--json").document["atom_proposals"]["pending"] == 0
    assert databases(database_url) == known


@pytest.mark.soak
def test_of_the_shipped_conversations_no_trap_is_approved_and_no_control_damaged(empty):
    found = empty("eval", "approvals", "--json").document
    assert (found["traps_approved"], found["controls_damaged"], found["wrong"]) == (0, 0, [])
    assert found["controls_whole"] >= 0.6 * found["controls"]


def test_claims_of_a_scripted_model_are_counted_by_kind(empty, tmp_path):
    ours = written(tmp_path, *CASES)
    found = empty("eval", "approvals", ours, "--claims", "paraphrase", "--json").document
    assert found == {"claims": 1, "approved": 1, "by_kind": {"decision": {"claims": 1, "approved": 1}}, "held": []}
    lines = [" ".join(line.split()) for line in empty("eval", "approvals", ours, "--claims", "lies").out.splitlines()]
    assert any(line.startswith("number 1 ") for line in lines)


def test_what_was_approved_wrongly_is_shown_with_what_is_wrong(capfd):
    case = Case.model_validate(LOGS)
    approved = {"logs": [Approved("Access logs are kept for 90 days", "")]}
    eval_approvals._show(figures.document(figures.judged({"logs": case}, approved, {})))
    lines = [" ".join(line.split()) for line in capfd.readouterr().out.splitlines()]
    assert lines[:2] == [
        "logs: damaged",
        "“Access logs are kept for 90 days”: nobody said “Access logs are kept for 90 days”",
    ]
    assert lines[-1] == "all 0 0 1 0 1 0"


def test_a_bad_set_and_an_unknown_reader_are_refused_before_anything_is_read(alone, empty, tmp_path):
    sentence = alone("eval", "approvals", written(tmp_path, {"id": "a"})).refused(2)
    assert "ours.jsonl, line 1: kind is not allowed: Field required." in sentence
    ours = written(tmp_path, *CASES)
    assert "There is no extractor 'oracle'" in empty("eval", "approvals", ours, "--extractor", "oracle").refused(2)
