"""Two names that a person would take for one another have one skeleton."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.text.names import name_skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("team", "tе\u0430m"),
        ("team", "TEAM"),
        ("team", " team\u00a0"),
        ("our team", "our  team"),
        ("team", "te\u200bam\u202e"),
        ("team", "ｔｅａｍ"),
        ("team", "𝐭𝖊𝓪m"),
        ("team", "ꓔеаm"),
        ("team", "tearn"),
        ("team", "tëam"),
        ("ledger", "Iedger"),
        ("ledger", "1edger"),
        ("OFFICE", "office"),
        ("office", "0ffice"),
        ("ops-chat", "ops\u2011chat"),
        ("ops-chat", "ops\u2013chat"),
        ("ops", "\u2c9fps"),
        ("ops & co", "ops ꝸ co"),
        ("straße", "STRASSE"),
    ],
)
def test_names_that_look_alike_are_one(one, other):
    assert name_skeleton(one) == name_skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("team", "teams"), ("ops-2", "ops-3"), ("general", "generic"), ("日本", "日木"), ("ana", "ane"), ("a b", "ab")],
)
def test_names_that_differ_stay_apart(one, other):
    assert name_skeleton(one) != name_skeleton(other)


@given(st.text(max_size=30))
def test_a_skeleton_is_that_of_the_name_without_its_case_and_what_it_hides(name):
    assert name_skeleton(name) == name_skeleton(f"\u200b {name}\u2060")
    assert name_skeleton(name) == name_skeleton(name.casefold())
