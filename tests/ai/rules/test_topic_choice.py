"""Every statement has a topic: one that is known, that several share, that its talk names, or that of its channel."""

from dataclasses import replace

import pytest
from tests.ai.chats import atom_with, chat, read

from assay.ai.extractor import Window
from assay.ai.rules.channel_topics import shown
from assay.ai.rules.nouns import language_of, nouns, trunks
from assay.ai.rules.talk_topics import Use, spelled
from assay.kinds import folded
from assay.text.naming import channel_of

pytestmark = pytest.mark.anyio

ALONE = """
    ana: Decision: the nightly export is written as Parquet.
    tom: +1
    mia: agreed
"""


async def test_what_has_no_other_topic_is_filed_under_its_channel(extractor):
    extraction = await read(extractor, chat(ALONE, channel="data-team"))

    assert [topic.name for topic in extraction.topics] == ["Data team (general)"]
    assert {atom.topic for atom in extraction.atoms} == {"Data team (general)"}
    assert extraction.topics[0].confidence >= 0.95


async def test_the_topic_of_a_channel_quotes_those_who_agreed(extractor):
    messages = chat(ALONE, channel="data-team")
    authors = {message.id: message.author for message in messages}

    (topic,) = (await read(extractor, messages)).topics

    assert len({authors[quote.message_id] for quote in topic.quotes}) > 1


@pytest.mark.parametrize("known", ["Data team (general)", "data team (Allgemein)", "Data team"])
async def test_the_topic_of_a_channel_is_made_once(extractor, known):
    extraction = await read(extractor, chat(ALONE, channel="data-team"), [known])

    assert not extraction.topics
    assert {atom.topic for atom in extraction.atoms} == {known}


async def test_nothing_is_filed_under_the_topic_of_another_channel(extractor):
    extraction = await read(extractor, chat(ALONE, channel="data-team"), ["Nightly export (general)"])

    assert {atom.topic for atom in extraction.atoms} == {"Data team (general)"}


async def test_what_may_be_approved_alone_does_not_wait_for_a_proposed_topic(extractor):
    window = Window(chat(ALONE, channel="data-team"), known_topics=["Nightly export"])

    approved = await extractor.extract(window)
    proposed = await extractor.extract(replace(window, proposed_topics=frozenset({"Nightly export"})))

    assert atom_with(approved, "Parquet").topic == "Nightly export"
    assert atom_with(proposed, "Parquet").topic == "Data team (general)"


@pytest.mark.parametrize(
    ("language", "said", "named"),
    [
        ("de", "Die Eichentreppe hat wieder Flecken, hat da einer mit Stahlwolle geschliffen?", "Eichentreppe"),
        ("fr", "Le nouveau bouillon, c'est la fiche des allergènes qui est fausse.", "fiche des allergènes"),
        ("es", "Ya no cierra la puerta de la cámara y el termómetro marca 27 en vez de 34.", "puerta de la cámara"),
        ("uk", "Дитячий майданчик ми відклали до весни, бо там ще не готовий проєкт.", "Дитячий майданчик"),
    ],
)  # fmt: skip
def test_names_are_found_in_each_language(language, said, named):
    assert language_of([said]) == language
    assert named in nouns(said, language, ())


def test_one_name_has_one_key_however_its_words_end():
    assert trunks("Freezer batteries") == trunks("freezer batterie")
    assert trunks("cámaras") == trunks("camara")
    assert trunks("вулики") == trunks("вулик")


def test_an_abbreviation_keeps_its_capitals_and_a_shout_does_not():
    use = Use()
    use.spellings.update(["ldap", "ldap", "LDAP"])
    shout = Use()
    shout.spellings.update(["CÉLERI"])

    assert spelled([use]) == "LDAP"
    assert spelled([shout]) == "Céleri"


@pytest.mark.parametrize(("channel", "name"), [("#ops", "Ops"), ("front-desk_all", "Front desk all")])
def test_a_channel_is_called_as_people_say_it(channel, name):
    assert shown(channel) == name
    assert channel_of(f"{name} (general)") == folded(name)
    assert channel_of(name) is None
