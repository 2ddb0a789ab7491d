"""What an extractor's own confidence is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.extraction.confidence import EvidenceFacts, is_hedged, weigh

COUNTS = st.integers(0, 6)
FACTS = st.builds(EvidenceFacts, COUNTS, COUNTS, COUNTS, COUNTS, st.booleans())
AGREED = EvidenceFacts(verified=2, unverified=0, people=2)


@pytest.mark.parametrize(
    ("facts", "most"),
    [
        (EvidenceFacts(verified=0, unverified=0, people=0), 0.5),
        (EvidenceFacts(verified=0, unverified=3, people=0), 0.5),
        (EvidenceFacts(verified=2, unverified=0, people=2, suspicious=True), 0.5),
        (EvidenceFacts(verified=2, unverified=0, people=0), 0.6),
        (EvidenceFacts(verified=2, unverified=1, people=2), 0.8),
        (EvidenceFacts(verified=2, unverified=0, people=2, hedged=2), 0.8),
        (EvidenceFacts(verified=1, unverified=0, people=1), 0.9),
        (EvidenceFacts(verified=5, unverified=0, people=1), 0.9),
        (EvidenceFacts(verified=2, unverified=0, people=2, hedged=1), 0.9),
        (AGREED, 1.0),
    ],
)
def test_evidence_sets_a_limit_that_no_stated_confidence_passes(facts, most):
    assert weigh(1.0, facts) == pytest.approx(most)


def test_what_two_people_say_can_be_approved_by_the_system():
    assert weigh(0.95, AGREED) >= 0.95


def test_every_further_person_makes_it_surer():
    weights = [weigh(0.7, EvidenceFacts(verified=4, unverified=0, people=people)) for people in (1, 2, 3, 4, 5)]
    assert weights[0] == 0.7
    assert weights == sorted(weights)
    assert weights[3] == weights[4] < 0.9


@given(st.floats(), FACTS)
def test_the_weight_is_always_a_share(stated, facts):
    assert 0 <= weigh(stated, facts) <= 1


@given(st.floats(0, 1), st.floats(0, 1), FACTS)
def test_more_stated_confidence_never_weighs_less(one, other, facts):
    low, high = sorted((one, other))
    assert weigh(low, facts) <= weigh(high, facts) + 1e-12


@pytest.mark.parametrize("stated", [float("nan"), float("inf"), -1.0])
def test_what_is_no_confidence_weighs_nothing(stated):
    assert weigh(stated, AGREED) == 0


@pytest.mark.parametrize(
    "quote",
    ["Maybe we use it.", "I’m not sure", "AFAIK it works", "I think so", "Vielleicht morgen", "bin nicht sicher"],
)
def test_hedges_are_heard(quote):
    assert is_hedged(quote)


@pytest.mark.parametrize("quote", ["We use Postgres 16.", "The mighty ledger", "I thinker", "Sicher, das läuft."])
def test_plain_statements_are_no_hedges(quote):
    assert not is_hedged(quote)
