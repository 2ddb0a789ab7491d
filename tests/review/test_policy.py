"""The policy: pure rules, each with its reason."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.db.models import DedupState, Recommendation
from assay.kinds import Kind, Proposer
from assay.policies.document import PolicyDocument
from assay.policies.queries import InForce
from assay.review.policy import Facts, Hold, Policy
from assay.settings import Settings

POLICY = Policy(enabled=True, threshold=0.95)
PROVABLE = Facts(
    confidence=0.97,
    dedup_state=DedupState.CLEAR,
    scan_is_current=True,
    recommendation=Recommendation.NEW,
    quotes=2,
    verified_quotes=2,
    topic_is_pending=False,
    needs_attention=False,
    backs_off=False,
)


def test_what_is_sure_clear_new_and_verified_is_approved():
    assert POLICY.hold(PROVABLE) is None


def test_the_threshold_itself_is_enough():
    assert POLICY.hold(replace(PROVABLE, confidence=0.95)) is None


@pytest.mark.parametrize(
    ("change", "hold"),
    [
        ({"confidence": 0.949}, Hold.BELOW_THRESHOLD),
        ({"needs_attention": True}, Hold.NEEDS_ATTENTION),
        ({"backs_off": True}, Hold.RETRIED_LATER),
        ({"taken_back": True}, Hold.TAKEN_BACK),
        ({"dedup_state": DedupState.UNCHECKED}, Hold.NOT_SCANNED),
        ({"dedup_state": DedupState.ERROR}, Hold.NOT_SCANNED),
        ({"scan_is_current": False}, Hold.NOT_SCANNED),
        ({"dedup_state": DedupState.DUPLICATE}, Hold.DUPLICATE),
        ({"dedup_state": DedupState.DUPLICATE, "is_update": True}, Hold.CONTRADICTED),
        ({"questioned": True}, Hold.CONTRADICTED),
        ({"recommendation": Recommendation.MERGE}, Hold.SAYS_MERGE),
        ({"recommendation": Recommendation.REJECT}, Hold.SAYS_REJECT),
        ({"quotes": 0, "verified_quotes": 0}, Hold.UNVERIFIED),
        ({"verified_quotes": 1}, Hold.UNVERIFIED),
        ({"kind": Kind.TOPIC, "is_named": False}, Hold.NO_NAME),
        ({"topic_is_pending": True}, Hold.TOPIC_PENDING),
        ({"ranked": True}, Hold.RANKED),
        ({"untrusted_sources": frozenset({"bot"})}, Hold.UNTRUSTED_SOURCE),
        ({"proposer": Proposer.AGENT}, Hold.PROPOSER),
        ({"proposer": Proposer.PERSON}, Hold.PROPOSER),
    ],
)
def test_anything_unproven_waits_and_says_why(change, hold):
    assert POLICY.hold(replace(PROVABLE, **change)) is hold


@pytest.mark.parametrize(
    ("environment", "said", "enabled"),
    [
        (True, None, True),
        (True, True, True),
        (True, False, False),
        (False, None, False),
        (False, True, False),
        (False, False, False),
    ],
)
def test_the_environment_can_switch_off_and_never_on(environment, said, enabled):
    settings = Settings.model_validate({"knowledge_auto_approval_enabled": environment})
    assert Policy.of(settings, InForce(3, PolicyDocument(auto_approval_enabled=said))) == Policy(enabled, 0.95, 3)


@pytest.mark.parametrize(("said", "threshold"), [(None, 0.8), (0.0, 0.0), (1.0, 1.0)])
def test_the_threshold_of_the_policy_goes_before_the_one_of_the_environment(said, threshold):
    settings = Settings.model_validate({"knowledge_auto_approval_confidence_threshold": 0.8})
    assert Policy.of(settings, InForce(1, PolicyDocument(auto_approval_threshold=said))).threshold == threshold


@given(
    st.builds(
        Facts,
        confidence=st.floats(0, 1),
        dedup_state=st.sampled_from(DedupState),
        scan_is_current=st.booleans(),
        recommendation=st.sampled_from(Recommendation),
        quotes=st.integers(0, 5),
        verified_quotes=st.integers(0, 5),
        topic_is_pending=st.booleans(),
        needs_attention=st.booleans(),
        backs_off=st.booleans(),
    ),
    st.floats(0, 1),
)
def test_nothing_is_approved_that_is_not_sure_scanned_and_verified(facts, threshold):
    if Policy(enabled=True, threshold=threshold).hold(facts) is None:
        assert facts.confidence >= threshold
        assert facts.dedup_state is DedupState.CLEAR
        assert facts.scan_is_current
        assert facts.verified_quotes >= facts.quotes > 0
