"""Each word of the glossary lives where it says."""

import re

import pytest
from tests.docs import pages

PAGE = "glossary.md"
ROWS = [row for heading in pages.headings(PAGE) for row in pages.rows(PAGE, heading, columns=3)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_word_has_one_sentence_and_lives_where_it_says(row: tuple[str, str, str]):
    _, meaning, place = row
    assert re.fullmatch(r"[A-Z].*[^.]\.", meaning)
    assert (pages.ROOT / "src" / "assay" / place).exists(), place


def test_no_word_stands_twice():
    words = [word for row in ROWS for word in row[0].split(", ")]
    assert len(words) == len(set(words)) > 40
