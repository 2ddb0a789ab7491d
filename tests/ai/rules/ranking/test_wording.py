"""Titles in the words of the talk, without what leads to them."""

import pytest

from assay.ai.rules.ranking.wording import bare, titled


@pytest.mark.parametrize(
    ("said", "language", "title"),
    [
        ("TIL: the frame carries sound", "en", "The frame carries sound"),
        ("PSA: nothing below 5 ml/h on the grey pumps", "en", "Nothing below 5 ml/h on the grey pumps"),
        ("Careful, the grey box is live", "en", "The grey box is live"),
        ("For the mobile people: the cache lives 5 minutes", "en", "The cache lives 5 minutes"),
        ("**Keys.** are counted every evening", "en", "Keys. are counted every evening"),
        ("Achtung: Eiche nur mit Vlies schleifen", "de", "Eiche nur mit Vlies schleifen"),
        ("pour info, le portail ferme à 18h", "fr", "Le portail ferme à 18h"),
        ("ojo: el lote 0833 no se usa", "es", "El lote 0833 no se usa"),
        ("до речі, ліфт стоятиме один день", "uk", "Ліфт стоятиме один день"),
    ],
)
def test_what_leads_to_a_statement_is_left_out(said, language, title):
    assert bare(said, language) == title


@pytest.mark.parametrize(
    "said", ["No deploys on Fridays", "Not the bearing, the seatpost", "So far nobody has marked bees"]
)
def test_no_word_that_means_something_is_lost(said):
    assert bare(said, "en") == said


def test_pieces_stand_in_their_order_and_the_last_alone_where_there_is_no_room():
    assert titled(["is it the pump?", "no, the hose"], "en") == "Is it the pump? no, the hose"
    assert titled(["x " * 120, "the hose is worn"], "en") == "The hose is worn"
