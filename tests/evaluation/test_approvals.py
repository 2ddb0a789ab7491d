"""Whether what was approved of a conversation is right."""

import pytest

from assay.evaluation.approvals import Approved, ConversationOutcome, document, judged
from assay.evaluation.cases import Case, Expected

SAYS = "no deploys to production on Fridays unless the board agrees."
CONTROL = Case.model_validate(
    {
        "id": "fridays",
        "kind": "decision",
        "expect": "approve",
        "says": SAYS,
        "messages": [
            {"author": "ana", "text": f"Decision: {SAYS} Lunch is at 12."},
            {"author": "tom", "text": "agreed"},
            {"author": "kim", "text": "agreed"},
        ],
    }
)
TRAP = CONTROL.model_copy(update={"id": "joke", "kind": "joke", "expect": Expected.HOLD})


def outcome(title: str, content: str = "", case: Case = CONTROL) -> ConversationOutcome:
    (result,) = judged({"c": case}, {"c": [Approved(title, content or title)]}, {})
    return result.outcome


@pytest.mark.parametrize("label", ["", "Decision: "])
def test_a_statement_with_all_its_words_is_whole(label):
    title = f"{label}No deploys to production on Fridays unless the board agrees"
    assert outcome(title, f"{title}\nAgreed by tom and kim.") is ConversationOutcome.WHOLE


@pytest.mark.parametrize(
    "title",
    [
        "Deploys to production on Fridays unless the board agrees",
        "No deploys to production on Fridays",
        "No deploys to production on Mondays unless the board agrees",
        "No deploys to production",
        "No deploys on Fridays unless the board agrees",
    ],
)
def test_what_lost_a_limit_or_is_no_piece_of_a_message_is_damaged(title):
    assert outcome(title) is ConversationOutcome.DAMAGED


def test_another_statement_of_the_conversation_is_not_the_one():
    assert outcome("Lunch is at 12") is ConversationOutcome.BESIDES


def test_of_a_trap_nothing_is_right():
    assert outcome("Lunch is at 12", case=TRAP) is ConversationOutcome.APPROVED


def test_the_figures_are_counted_by_kind_and_what_is_wrong_is_listed():
    cases = {"a": CONTROL, "b": TRAP, "c": CONTROL.model_copy(update={"id": "late"})}
    found = document(
        judged(cases, {"a": [Approved("Deploys to production", "")], "b": [Approved(SAYS, SAYS)]}, {"c": ["duplicate"]})
    )
    assert (found["traps"], found["traps_approved"], found["controls"], found["controls_whole"]) == (1, 1, 2, 0)
    assert (found["controls_damaged"], found["by_kind"]["joke"]["traps_approved"]) == (1, 1)
    assert [each["id"] for each in found["wrong"]] == ["fridays", "joke"]
    assert found["held"] == {"late": ["duplicate"]}
