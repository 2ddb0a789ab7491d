"""What a policy can say, and how it is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import InvalidInput
from assay.policies.document import PolicyDocument, amended, parsed

NOTHING = PolicyDocument()
POINTS = st.dictionaries(st.sampled_from(["all", "topic", "atom"]), st.floats(-1, 1), max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "auto_approval_enabled": st.booleans(),
        "auto_approval_threshold": st.floats(0, 1),
        "operating_points": st.dictionaries(st.sampled_from(["bge", "other"]), POINTS, min_size=1, max_size=2),
    },
)


@given(DOCUMENTS)
def test_what_is_stored_is_what_was_said(said):
    assert parsed(said).as_stored() == said
    assert amended(NOTHING, said) == parsed(said)


@given(DOCUMENTS, DOCUMENTS)
def test_the_same_changes_twice_change_nothing_more(first, second):
    once = amended(parsed(first), second)
    assert amended(once, second) == once


def test_changes_leave_the_other_rules_and_the_other_models_alone():
    before = parsed({"auto_approval_enabled": False, "operating_points": {"bge": {"all": 0.8}, "other": {"all": 0.9}}})
    after = amended(before, {"operating_points": {"bge": {"topic": 0.7}}})
    assert after.as_stored() == {
        "auto_approval_enabled": False,
        "operating_points": {"bge": {"all": 0.8, "topic": 0.7}, "other": {"all": 0.9}},
    }


def test_null_takes_a_rule_back():
    before = parsed({"auto_approval_enabled": False, "operating_points": {"bge": {"all": 0.8}}})
    assert amended(before, {"auto_approval_enabled": None, "operating_points": {"bge": None}}) == NOTHING


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"auto_approval_threshold": 1.5}, r"auto_approval_threshold=1.5 is not allowed: it must be less than or"),
        ({"auto_approval_threshold": float("nan")}, "auto_approval_threshold=nan"),
        ({"auto_approval_threshold": "0.9"}, "auto_approval_threshold='0.9' is not allowed: it must be a valid number"),
        ({"auto_approval_enabled": "off"}, "auto_approval_enabled='off' is not allowed: it must be a valid boolean"),
        ({"auto_approval_enabled": 0}, "auto_approval_enabled=0 is not allowed"),
        ({"operating_points": {"bge": {"all": 2}}}, "operating_points.bge.all=2 is not allowed"),
        ({"operating_points": {"bge": {"person": 0.5}}}, "operating_points.bge.person"),
        ({"operating_points": {"": {"all": 0.5}}}, "operating_points"),
        ({"operating_points": {"a\0b": {"all": 0.5}}}, "operating_points"),
        ({"operating_points": "bge"}, "operating_points='bge' is not allowed"),
        ({"approve_everything": True}, "There is no rule 'approve_everything'. The rules are: auto_approval_enabled, "),
    ],
)
def test_what_a_policy_cannot_say_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(InvalidInput, match=sentence) as caught:
        amended(NOTHING, changes)
    assert "\n" not in str(caught.value)
