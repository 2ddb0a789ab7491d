"""The phrases by which sentences are counted, in each language."""

import pytest

from assay.ai.rules.ranking.signs import COUNTED, OPENING, language_of, languages, signs_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the pump in bay 3 is going off again", "en"),
        ("der Türcode ist ab Montag neu", "de"),
        ("le portail ferme à dix heures et on ne rentre plus", "fr"),
        ("el lote se marca y no se usa para la serie", "es"),
        ("ліфт стоятиме один день", "uk"),
        ("日本語", ""),
    ],
)
def test_the_language_is_told_by_its_small_words(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize("name", languages())
def test_every_language_counts_as_many_signs_as_the_others_and_an_unknown_one(name):
    assert len(signs_of(name).counts("x")) == len(signs_of("?").counts("x")) == len(COUNTED) + len(OPENING)
