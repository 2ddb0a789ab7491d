"""What the rules find sound is held where something may be about it, or where the talk is like one without result."""

import pytest
from tests.ai.grounding.test_standing import AGREED, RULE, talk

from assay.ai.grounding.classifier import PLACES, Classifier, classifier, placed
from assay.ai.grounding.elsewhere import is_elsewhere
from assay.ai.grounding.hearing import Subject
from assay.ai.grounding.overheard import not_understood
from assay.ai.grounding.second_opinion import second_opinion
from assay.ai.grounding.standing import Standing, standing
from assay.ai.grounding.verdict import Verdict
from assay.readers.records import TextSpan

SUBJECT = Subject.of("no deploys to production on Fridays", "ana")


def opinion(*lines) -> Standing:
    told = talk(*lines)
    first, whole = told.messages[0], TextSpan(0, len(lines[0][1]))
    return second_opinion(told, first, whole, standing(told, first, *whole))


def test_a_plain_decision_with_two_consents_stays_sound():
    assert opinion(("ana", RULE), *AGREED).verdict is Verdict.SOUND


@pytest.mark.parametrize("said", ["buns are out of the oven", "who has the stapler?", "has anyone seen my bike lock?"])
def test_a_remark_that_names_points_and_denies_nothing_is_elsewhere(said):
    assert is_elsewhere(said, SUBJECT)


@pytest.mark.parametrize(
    "said",
    ["I take that back", "they hate it", "the rota was never signed", "and the old greyhounds?", "*Thursdays"],
)
def test_what_points_denies_asks_or_corrects_may_be_about_the_statement(said):
    assert not is_elsewhere(said, SUBJECT)


def test_the_first_remark_that_nobody_can_place_is_told():
    told = talk(("ana", RULE), *AGREED, ("dora", "kettle is on"), ("dora", "that breaks two of our biggest users"))
    found = not_understood(told, told.messages[0], SUBJECT)
    assert found is not None
    assert found.text.startswith("that breaks")


def test_what_goes_on_behind_a_decision_in_its_message_must_be_understood():
    said = opinion(("ana", f"{RULE} Well, that is what the old handbook never said."), *AGREED)
    assert said.verdict is not Verdict.SOUND


def test_the_classifier_holds_below_its_threshold_and_asks_more_of_what_is_overheard():
    weights = [0] * PLACES
    judge = Classifier(base=0.5, scale=1.0, threshold=0.0, clear=1.0, weights=weights)
    assert not judge.vetoes([("any", 1.0)])
    assert judge.vetoes([("any", 1.0)], is_overheard=True)


def test_signs_are_of_length_one_together_in_whatever_order():
    signs = [("a", 1.0), ("b", 3.0), ("a", 1.0)]
    assert sum(value**2 for value in placed(signs).values()) == pytest.approx(1.0)
    assert placed(signs) == pytest.approx(placed(signs[::-1]))


def test_the_shipped_classifier_has_a_weight_for_every_place():
    assert len(classifier().weights) == PLACES
    assert classifier().threshold < classifier().clear


def test_a_party_that_comes_back_to_it_hours_later_is_overheard():
    told = talk(("ana", RULE), *AGREED, ("ben", "deploys to production came and went, the door stayed shut", 430))
    assert not_understood(told, told.messages[0], SUBJECT) is not None
