"""What is told and what is not: a flood of failures is a handful of alerts, and nobody is left with a wrong belief."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.alerts.helpers import failure

from assay.alerts.notice import Notice
from assay.alerts.rules import DAY, MAX_ATTEMPTS, MAX_PER_DAY, PAUSES, PastAlert, next_pause, worth_telling

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told_of(story: Sequence[tuple[str | None, timedelta]]) -> list[tuple[str | None, timedelta]]:
    """Which parts of a story one receiver is told. None: it works again."""
    told: list[PastAlert] = []
    for complaint, after in story:
        news = PastAlert(complaint, START + after)
        if worth_telling(told, news):
            told.append(news)
    return [(each.complaint, each.at - START) for each in told]


def test_the_same_failure_every_five_minutes_is_told_once_a_day():
    told = told_of([("A", 5 * MINUTE * number) for number in range(3 * 288)])
    assert [complaint for complaint, _ in told] == ["A"] * 3
    assert [at // DAY for _, at in told] == [0, 1, 2]


def test_a_change_is_told_at_once_and_what_was_told_is_not_told_again():
    story = [("A", MINUTE), ("B", 2 * MINUTE), ("A", 3 * MINUTE), ("B", 4 * MINUTE), ("C", 5 * MINUTE)]
    assert [complaint for complaint, _ in told_of(story)] == ["A", "B", "C"]


def test_it_works_again_is_told_once_and_only_to_those_who_were_told_that_it_failed():
    assert told_of([(None, MINUTE)]) == []
    story = [("A", MINUTE), (None, 2 * MINUTE), (None, 3 * MINUTE), ("A", 4 * MINUTE), (None, 5 * MINUTE)]
    assert [complaint for complaint, _ in told_of(story)] == ["A", None, "A", None]


def test_what_comes_and_goes_all_day_is_told_a_bounded_number_of_times():
    story = [("A" if number % 2 else None, 5 * MINUTE * number) for number in range(288)]
    told = told_of(story)
    assert sum(complaint == "A" for complaint, _ in told) == MAX_PER_DAY
    assert told[-1][0] is None


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C", None]), st.integers(1, 600)), max_size=200))
def test_whoever_was_told_of_a_failure_is_told_of_the_end_and_never_flooded(steps):
    at, story = timedelta(0), []
    for complaint, minutes in steps:
        at += minutes * MINUTE
        story.append((complaint, at))
    told = told_of(story)
    assert all(first is not None or second is not None for (first, _), (second, _) in pairwise(told))
    if story and story[-1][0] is None and told:
        assert told[-1][0] is None
    for _, moment in told:
        within = [each for each, when in told if each is not None and moment - DAY < when <= moment]
        assert len(within) <= MAX_PER_DAY


def test_the_pauses_between_attempts_grow_and_end():
    pauses = [next_pause(attempts) for attempts in range(1, MAX_ATTEMPTS + 1)]
    assert pauses == [*PAUSES, None]
    assert list(PAUSES) == sorted(PAUSES)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("Window 17 failed after 3.2 s.", "Window 4 failed after 10 s.", True),
        ("0195a1b2-77aa-7bbb-8ccc-0123456789ab broke", "0195a1b2-77aa-7bbb-8ccc-ba9876543210 broke", True),
        ("The disk is full.", "The disk is gone.", False),
    ],
)
def test_complaints_are_compared_without_ids_and_figures(one, other, equal):
    complaints = {Notice.of("k", failure(message=each), START, "critical").complaint for each in (one, other)}
    assert len(complaints) == (1 if equal else 2)


def test_a_failure_that_becomes_critical_is_another_complaint():
    complaints = {Notice.of("k", failure(), START, severity).complaint for severity in ("error", "critical")}
    assert len(complaints) == 2
