"""The difference of two texts, word by word."""

from hypothesis import example, given
from hypothesis import strategies as st

from assay.text.word_diff import MAX_WORDS, Change, word_diff

WORDS = st.lists(st.sampled_from(["we", "keep", "30", "35", "days", ".", " ", "\n", "Zürich", "e\u0301"]), max_size=30)


def without(pieces, change):
    return "".join(each.text for each in pieces if each.change is not change)


@given(WORDS.map(" ".join), WORDS.map("".join))
@example("We keep 30 days.", "We keep 35 days.")
def test_both_texts_can_be_put_together_again(before, after):
    if pieces := word_diff(before, after):
        assert without(pieces, Change.ADDED) == before
        assert without(pieces, Change.REMOVED) == after


def test_only_what_differs_is_marked_and_words_in_a_row_are_one():
    assert [
        (each.change, each.text) for each in word_diff("Backups stay for 30 days.", "Backups stay for 7 whole days.")
    ] == [
        ("same", "Backups stay for"),
        ("removed", " 30"),
        ("added", " 7 whole"),
        ("same", " days."),
    ]


def test_texts_that_have_little_in_common_or_are_too_long_are_shown_side_by_side():
    assert word_diff("We moved to Postgres.", "Deploys happen on Fridays only, in the evening") == []
    assert word_diff("a " * (MAX_WORDS + 1), "a " * MAX_WORDS + "b") == []
