"""What ranking adds to the sure proposals, for people."""

from dataclasses import replace

import pytest
from tests.ai.chats import chat, read

from assay.ai.extractor import RANKED, SOURCE, Message
from assay.ai.rules.extractor import OfflineExtractor

pytestmark = pytest.mark.anyio

BAKERY = """
piet: rye came out gummy AGAIN. third thursday running
lou: thursday is when the flour comes. so you're using the sack straight off the truck
piet: ok I stuck the probe in. flour 7 degrees. dough 21.5
lou: from this week on one sack is kept back for the next thursday, cold flour never gets the dough above 22 degrees
piet: fine, will tell the boy
"""
GARAGE = """
Rudi: die Eichentreppe hat jetzt überall schwarze Flecken
Jochen: Eiche hat Gerbsäure, die Eisenspäne bleiben drin und mit dem Wasserlack wird das schwarz. Bei Eiche nur Vlies
Rudi: und krieg ich das weg?
Jochen: Oxalsäure, 5 prozentig, einpinseln, halbe Stunde warten, mit Wasser abwaschen. Vorher muss der Lack runter
"""
LIFT = """
Голова: Ліфт у другому під'їзді: частотник доживає, заміна 86 тис., ремонт 21 тис. без гарантії. Проголосували за заміну
кв31: а чому ремонт не можна, в 4 рази дешевше
Голова: бо ремонтували в березні і в серпні, кожного разу вистачало лише на 4-5 місяців
"""
NOTES = """# Minutes
## Gallery 4
- The side door must stay shut during opening hours, the insurer demands it.
- Ruth: the ewer is not lent until conservation has X-rayed it
## Keys
- The keys are counted every evening by whoever closes, from Monday on."""


@pytest.fixture(scope="module")
def ranking(embedder) -> OfflineExtractor:
    return OfflineExtractor(embedder, per_thousand=500)


def talk(said: str) -> list[Message]:
    return [replace(chat("ana: notes")[0], text=said)] if said is NOTES else chat(said.strip())


async def shown(extractor, said: str):
    extraction = await read(extractor, talk(said))
    return [atom for atom in extraction.atoms if atom.meta[SOURCE] == RANKED]


@pytest.mark.parametrize(
    ("said", "words"),
    [(BAKERY, "one sack is kept back"), (GARAGE, "Oxalsäure"), (LIFT, "4-5 місяців"), (NOTES, "counted every evening")],
    ids=["English", "German", "Ukrainian", "notes"],
)
async def test_what_needs_its_talk_is_found_in_any_language(ranking, said, words):
    assert any(words in atom.content for atom in await shown(ranking, said))


async def test_it_says_how_it_was_found_and_quotes_what_was_said(ranking):
    messages = talk(BAKERY)
    texts = {message.id: message.text for message in messages}
    found = await shown(ranking, BAKERY)
    assert found
    assert all("Found by ranking" in atom.reasoning and 0 < atom.confidence < 1 for atom in found)
    assert all(quote.text in texts[quote.message_id] for atom in found for quote in atom.quotes)


async def test_a_line_of_notes_is_told_by_who_said_it(ranking):
    assert any("by Ruth" in atom.reasoning for atom in await shown(ranking, NOTES))


async def test_nothing_is_found_by_ranking_where_nobody_wants_it(embedder):
    extraction = await read(OfflineExtractor(embedder, per_thousand=0), talk(BAKERY))
    assert [*extraction.atoms, *extraction.unlikely] == []


async def test_what_is_less_likely_is_kept_apart(embedder):
    few, many = (OfflineExtractor(embedder, per_thousand=number) for number in (1, 500))
    said = chat(BAKERY.strip() + GARAGE.rstrip())
    less, more = await read(few, said), await read(many, said)
    assert len(less.atoms) <= len(more.atoms)
    assert not {atom.title for atom in less.atoms} & {atom.title for atom in less.unlikely}


@pytest.mark.parametrize(
    "said",
    [
        "ana: the back door code is 4711, it changes every quarter on the first",
        "ana: Der Türcode ist ab Montag 2580, den alten bitte nicht mehr verwenden",
        "ana: код від домофону 38#2211, старий більше не працює",
        "ana: the staff wifi password is Sunflower77! and must never be given to guests",
    ],
)
async def test_no_secret_stands_in_any_field(ranking, said):
    extraction = await read(ranking, chat(f"{said}\ntom: ok noted"))
    words = " ".join(
        f"{atom.title} {atom.content} {' '.join(quote.text for quote in atom.quotes)}"
        for atom in (*extraction.atoms, *extraction.unlikely)
    )
    assert not any(secret in words for secret in ("4711", "2580", "2211", "Sunflower"))


async def test_what_a_machine_printed_is_not_shown(ranking):
    said = BAKERY + "lou: [ 2.6.32-25.24 ] || [ 2.6.32-26.25 ] || [ 209.25 ] -> 211.27 (= fixed) {ok} || 2.6.35\n"
    assert not any("209.25" in atom.content for atom in await shown(ranking, said))
