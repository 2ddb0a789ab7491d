"""Numbers, times, dates and units in one spelling."""

import pytest

from assay.text.figures import in_figures
from assay.text.lexicon import language_of


@pytest.mark.parametrize(
    ("language", "text", "figures"),
    [
        ("en", "It takes an hour and a half.", "It takes 90 minutes."),
        ("en", "Within an hour, and twice an hour.", "Within 1 hour, and 2 times per hour."),
        ("en", "At quarter past six in the morning.", "At 06:15."),
        ("en", "Until 14/02/2026 for twenty-five people.", "Until 2026-02-14 for 25 people."),
        ("de", "Um 14 Uhr 30 kommen fünfundzwanzig Leute.", "Um 14:30 kommen 25 Leute."),
        ("de", "Am 3. Mai um halb drei.", "Am 3 of May um 02:30."),
        ("fr", "Quatre-vingt-douze places le 15 juin à 18h30.", "92 places le 15 of June à 18:30."),
        ("es", "A las cuatro y media de la tarde, 1.500 cajas.", "16:30, 1500 cajas."),
        ("uk", "О шостій вечора двічі на тиждень.", "18:00 2 times per week."),
    ],
)
def test_one_spelling_for_all(language, text, figures):
    assert in_figures(text, language) == figures


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The oven is hot.", "en"),
        ("Der Ofen ist heiß.", "de"),
        ("Le four est chaud.", "fr"),
        ("El horno está caliente.", "es"),
        ("Піч гаряча.", "uk"),
        ("", "en"),
    ],
)
def test_a_language_is_told_by_its_small_words_and_letters(text, language):
    assert language_of(text) == language
