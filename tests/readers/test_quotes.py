"""Words of others are blanks of the same length: every other word keeps its place."""

import pytest
from tests.cpu_cost import costs_little

from assay.readers.quotes import Joining, in_own_words, passed_on
from assay.readers.records import TextSpan


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
    assert made.stripped() == ("mine\ntheirs", (TextSpan(5, 11),))


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> The press runs at 12 bar.\n\nI will read it.", "I will read it."),
        ("&gt; The press runs.\nNo.", "No."),
        ("Friday?\n\nOn Thu, 5 Mar 2026 at 09:00, Pia wrote:\nThe press runs at 12 bar.", "Friday?"),
        ("On Thu, 5 Mar 2026, Pia wrote:\n> The press runs.\n\nAgreed, from Monday on.", "Agreed, from Monday on."),
        ("No.\n\nOn 5 March, Pia Long-Name\n<pia@example.com>\nwrote:\nIt runs.", "No."),
        ("Nein.\n\nAm 05.03.2026 um 09:00 schrieb Pia:\nSie läuft.", "Nein."),
        ("Non.\n\nLe 5 mars 2026 à 09:00, Pia a écrit :\nElle marche.", "Non."),
        ("No time.\n\n-----Original Message-----\nFrom: Pia\nSent: Monday\n\nIt runs.", "No time."),
        ("No time.\n\nVon: Pia\nGesendet: Montag\nBetreff: Presse\n\nSie läuft.", "No time."),
        ("From: the orchard\nwith love", "From: the orchard\nwith love"),
        ("Tom wrote: I agree", "Tom wrote: I agree"),
        ("a > b, and 2 > 1", "a > b, and 2 > 1"),
    ],
)
def test_what_is_passed_on_is_told_by_its_marks(text, own):
    assert in_own_words(text, passed_on(text)).strip() == own


def test_a_hostile_text_is_judged_in_no_time():
    texts = [
        "1 wrote\n" * 25_000,
        "From:\n" * 40_000,
        "On 1 " * 40_000 + "wrote",
        "1\n" * 90_000 + "wrote",
        ">" * 200_000,
    ]
    with costs_little():
        for text in texts:
            passed_on(text)
