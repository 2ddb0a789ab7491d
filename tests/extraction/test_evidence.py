"""Quotes: found where they stand, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cpu_cost import costs_little

from assay.extraction.evidence import _fold, locate

TEXT = "Well, we have *agreed*:  the “ledger” runs on\n`Postgres 16` – not on MySQL. Straße, ﬁne, Ｗｉｄｅ, Cafe\u0301."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("the “ledger” runs on", "the “ledger” runs on"),
        ("  not on MySQL. ", "not on MySQL."),
        ("WE HAVE AGREED: the", "we have *agreed*:  the"),
        ('the "ledger" runs on Postgres 16', "the “ledger” runs on\n`Postgres 16"),
        ("“Postgres 16 - not on mysql.”", "Postgres 16` – not on MySQL."),
        ("STRASSE, fine", "Straße, ﬁne"),
        ("fine, wide", "ﬁne, Ｗｉｄｅ"),
        ("**wide**, café", "Ｗｉｄｅ, Cafe\u0301"),
    ],
)
def test_a_quote_is_found_without_regard_to_what_does_not_matter(quote, found):
    place = locate(quote, TEXT)
    assert place
    assert TEXT[slice(*place)] == found


@pytest.mark.parametrize(
    "quote",
    ["", " ", "on", "16", "...", "the ledger runs on MySQL", "we agreed", "Postgres 15", "ine, Wide", "Cafe."],
)
def test_what_does_not_stand_there_or_proves_nothing_is_no_evidence(quote):
    assert locate(quote, TEXT) is None


@pytest.mark.parametrize("words", ["ok", "+1", " Yes ", "👍"])
def test_a_short_answer_is_evidence_as_a_whole_only(words):
    assert locate(words, words) is not None
    assert words == " Yes " or locate(words, f"{words} but no") is None


def test_marks_within_a_word_are_part_of_it():
    assert locate("max size", "set max_size") is None
    assert locate("product 23", "the product 2*3") is None


@given(st.text(max_size=60), st.data())
def test_every_part_of_a_text_is_found_in_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    place = locate(quote, text)
    if sum(map(str.isalpha, quote)) >= 3:
        assert place
        assert text[slice(*place)] == quote.strip()


SIMILAR = st.text("aA ﬁfiİß*_`'’“\"\t\n-–\u200b\u0301x", max_size=40)


@given(SIMILAR, SIMILAR)
def test_what_is_found_reads_like_what_was_quoted(quote, text):
    place = locate(quote, text)
    if place:
        start, end = place
        assert 0 <= start < end <= len(text)
        found, words = _fold(text[start:end]).text, _fold(quote).text
        assert found.replace(" ", "").strip("*_`'\"") in words.replace(" ", "") or words in found


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("i" + "fi" * 20_000, "ﬁ" * 100_000),
        ("a" * 49_999 + "b", "a" * 100_000),
        ("a " * 40_000 + "b", "a \t" * 33_000),
        ("*_" * 40_000 + "abc", "_*" * 50_000),
        ("\ufdfa" * 10_000, "\ufdfa " * 50_000),
    ],
)
def test_hostile_quotes_of_long_texts_take_no_time(quote, text):
    with costs_little():
        locate(quote, text)
