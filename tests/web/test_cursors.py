"""Cursors: short, fit for an address and a shell, and good for one list in one order only."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import InvalidInput
from assay.web.models import MAX_ID
from assay.web.views.cursors import cursor, place
from assay.web.views.groups import BY_SIZE
from assay.web.views.lists import BY_AGE, BY_ID, BY_NAME
from assay.web.views.paging import BY_NUMBER, CURSOR, MAX_CURSOR
from assay.web.views.queue import BY_CONFIDENCE
from assay.web.views.similar import BY_LIKENESS

MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(3000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SHARES = st.floats(0, 1)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=80)
PLACES: list[tuple[Any, Any]] = [
    (BY_AGE, st.tuples(MOMENTS, st.uuids())),
    (BY_CONFIDENCE, st.tuples(SHARES, st.uuids())),
    (BY_ID, st.tuples(st.uuids())),
    (BY_NAME, st.tuples(NAMES)),
    (BY_NUMBER, st.tuples(st.integers(0, MAX_ID))),
    (BY_SIZE, st.tuples(st.integers(0, 2**53), st.uuids())),
    (BY_LIKENESS, st.tuples(st.booleans(), SHARES, st.uuids(), st.uuids())),
]


@given(st.sampled_from(PLACES).flatmap(lambda each: st.tuples(st.just(each[0]), each[1])))
def test_a_place_comes_back_as_it_was(given_place):
    shape, values = given_place
    word = cursor(values, "things") or ""
    assert place(word, "things", shape) == values
    assert re.match(CURSOR, word)
    assert not word.startswith("-")
    assert len(word) <= MAX_CURSOR


def test_a_cursor_is_as_long_as_what_it_says():
    at = datetime(2026, 3, 2, 9, 14, 5, 123456, UTC)
    assert len(cursor((at, UUID(int=7)), "messages") or "") == 34
    assert len(cursor((81,), "audit") or "") == 6


def test_a_cursor_holds_for_its_own_list_and_order_only():
    word = cursor((81,), "audit")
    for other, shape in (("alerts", BY_NUMBER), ("audit", BY_ID), ("audit", BY_AGE)):
        with pytest.raises(InvalidInput):
            place(word, other, shape)


@given(st.text(st.sampled_from("AaZz09-_"), max_size=60), st.sampled_from([shape for shape, _ in PLACES]))
def test_what_is_no_cursor_is_refused(word, shape):
    with pytest.raises(InvalidInput):
        place(word, "things", shape)


@given(st.sampled_from([shape for shape, _ in PLACES]), st.binary(max_size=60))
def test_whatever_stands_behind_the_name_of_a_list_is_a_place_or_refused(shape, rest):
    name = urlsafe_b64decode(f"{cursor((), 'things')}=")
    with suppress(InvalidInput):
        place(urlsafe_b64encode(name + rest).decode().rstrip("="), "things", shape)
