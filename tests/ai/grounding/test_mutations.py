"""What is true of a talk, made untrue in a hundred ways, is borne out by none of its words."""

import random

import pytest
from tests.ai.grounding.mutations import Mutation, mutations

from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.support import Ground, unsupported
from assay.evaluation.cases import Case, shipped

BEGINS_WITH_WHEN = {"control-decision-2"}
"""Its sentence tells first when it was decided: "after last night: from now on ..."."""
NEWER = ("fourth-locked-", "fifth-", "sixth-")
"""Sets that the support check was not made on: what it lets through of them is in the table of confidence.md."""
CONTROLS = [
    each
    for each in shipped()
    if not each.is_trap
    and each.language in {"", "en"}
    and not decisions_in(each.says or "")
    and each.id not in BEGINS_WITH_WHEN
    and not each.id.startswith(NEWER)
]
"""Words of deciding are no part of what is claimed: those that hold some are left out."""
A_CONTROL = 15
"""Mutations of each that are tried, always the same ones."""


def grounds(case: Case) -> list[Ground]:
    """The message that says it, from the first word that it says."""
    says = case.says or ""
    text = next(each.text for each in case.messages if says in each.text)
    return [Ground(text, text.index(says), text.index(says) + len(says))]


def some(case: Case) -> list[Mutation]:
    found = mutations(case, CONTROLS)
    return random.Random(case.id).sample(found, min(A_CONTROL, len(found)))


@pytest.mark.parametrize("case", CONTROLS, ids=lambda case: case.id)
def test_no_mutation_of_a_control_is_borne_out(case):
    assert [each for each in some(case) if not unsupported(each.text, each.text, grounds(case))] == []


def test_the_mutations_are_of_every_kind():
    assert {each.how for case in CONTROLS for each in mutations(case, CONTROLS)} == {
        "a limit dropped", "a not added", "an only added", "another number", "a bound added", "numbers exchanged",
        "a word dropped", "another word", "words exchanged", "the opposite", "a clause dropped", "something added",
    }  # fmt: skip


@pytest.mark.parametrize("case", CONTROLS, ids=lambda case: case.id)
def test_the_words_themselves_are(case):
    assert unsupported(case.says or "", case.says or "", grounds(case)) == []
