"""Titles in the words of the talk, without what leads to them."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from assay.ai.extractor import Message
from assay.ai.rules.ranking.passages import Passage, passages
from assay.ai.rules.ranking.wording import bare, titled


def passage(language: str, *people: str) -> Passage:
    """What the last of them says, in a talk of all."""
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    said = [Message(id=uuid4(), channel="crew", author=each, sent_at=now, text="as it was said") for each in people]
    found = passages(said)[-1]
    found.language = language
    return found


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
    assert bare(said, passage(language, "tom")) == title


@pytest.mark.parametrize(
    "said", ["No deploys on Fridays", "Not the bearing, the seatpost", "So far nobody has marked bees"]
)
def test_no_word_that_means_something_is_lost(said):
    assert bare(said, passage("en", "tom")) == said


def test_who_is_spoken_to_is_not_in_the_title_and_who_is_spoken_of_is():
    said = passage("en", "Ben Hall", "Ruth", "Kim")
    assert bare("Ben: the side door is alarmed", said) == "The side door is alarmed"
    assert bare("ok, Ruth, the loan is put off", said) == "The loan is put off"
    assert bare("Ben, Ruth and Kim have the key", said) == "Ben, Ruth and Kim have the key"
    assert bare("Joan: the side door is alarmed", said) == "Joan: the side door is alarmed"


def test_pieces_stand_in_their_order_and_the_last_alone_where_there_is_no_room():
    said = passage("en", "tom", "kim")
    assert titled([("is it the pump?", said), ("tom: no, the hose", said)]) == "Is it the pump? no, the hose"
    assert titled([("x " * 120, said), ("kim: the hose is worn", said)]) == "The hose is worn"
