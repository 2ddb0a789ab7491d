"""Words of others are blanks of the same length: every other word keeps its place."""

from assay.readers.quoted import Joining, in_own_words
from assay.readers.records import Span


def test_other_words_keep_their_places():
    text = "before\nquoted words\nafter"
    own = in_own_words(text, [(7, 19)])
    assert own == "before\n            \nafter"
    assert in_own_words(text, None) is text


def test_spans_may_overlap_and_come_in_any_order():
    assert in_own_words("abcdef", [(3, 5), (0, 2), (1, 4)]) == "     f"


def test_a_text_in_the_making_knows_where_its_parts_are():
    made = Joining()
    made.paragraph("  mine")
    made.paragraph("theirs", is_quoted=True)
    assert made.stripped() == ("mine\ntheirs", (Span(5, 11),))
