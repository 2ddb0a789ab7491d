import pytest
from tests.cpu_cost import costs_little

from assay.alerts.notice import without_figures


@pytest.mark.parametrize("words", ["a." * 40_000, "a-" * 40_000 + "x", "face " * 20_000, "a" * 80_000])
def test_an_error_without_digits_is_read_once(words):
    with costs_little():
        assert without_figures(words) == words


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("proposal 01a22dfe-625e-71dc failed", "proposal # failed"),
        ("at 12:30:05.250, port 5432.", "at #, port #."),
        ("a bad cafe", "a bad cafe"),
        ("retry 3 of 5", "retry # of #"),
    ],
)
def test_figures_are_left_out_and_words_of_their_letters_are_not(words, left):
    assert without_figures(words) == left
