"""What the atoms are about: names people would search for, never noise."""

from dataclasses import replace

import pytest
from tests.ai.chats import atom_with, chat, keeps_its_promises, read

from assay.ai.extractor import Message

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def team_chat() -> list[Message]:
    return chat(
        """
        ana: Payment webhooks must be acknowledged within 5 seconds.
        tom: good morning everybody
        jon: Payment webhooks are processed twice when Pennyfold retries them after a timeout.
        mia: yeah
        tom: Every handler of payment webhooks must store the event id before it does anything else.
        jon: yeah yeah
        ana: Turns out the search index ranks closed shops first because the `season` field is missing.
        mia: yeah
        tom: The search index must answer 95 percent of all queries within 300 ms.
        ana: yeah, see https://example.com/dashboards/1
        mia: The search index is rebuilt every night because the import changes all documents.
        jon: tom: are you coming to lunch?
        tom: yeah
    """,
        channel="backend",
    )


async def test_topics_are_what_several_statements_name(extractor, team_chat):
    extraction = await read(extractor, team_chat)

    assert {topic.name for topic in extraction.topics} == {"Payment webhooks", "Search index"}
    assert atom_with(extraction, "within 5 seconds").topic == "Payment webhooks"
    assert atom_with(extraction, "95 percent").topic == "Search index"
    keeps_its_promises(extraction, team_chat)


async def test_a_topic_brings_words_of_its_atoms_as_evidence(extractor, team_chat):
    extraction = await read(extractor, team_chat)

    for topic in extraction.topics:
        own = {quote.text for atom in extraction.atoms if atom.topic == topic.name for quote in atom.quotes}
        assert 2 <= len(topic.quotes) <= 3
        assert {quote.text for quote in topic.quotes} <= own
        assert topic.name in topic.description
        assert topic.confidence < 0.95


async def test_known_topics_are_preferred_to_twins(extractor, team_chat):
    extraction = await read(extractor, team_chat, ["Payment webhooks", "Hiring"])

    assert {topic.name for topic in extraction.topics} == {"Search index"}
    assert atom_with(extraction, "within 5 seconds").topic == "Payment webhooks"
    assert all(atom.topic != "Hiring" for atom in extraction.atoms)


async def test_the_name_of_a_channel_is_no_topic(extractor, team_chat):
    messages = [replace(message, channel="payment-webhooks") for message in team_chat]

    names = {topic.name for topic in (await read(extractor, messages)).topics}

    assert names == {"Search index", "Payment webhooks (general)"}


async def test_people_greetings_and_links_are_no_topics(extractor):
    messages = chat("""
        ana: Larissa must approve every invoice above 900 euros, see https://example.com/wiki/Rules
        larissa: good morning
        tom: Larissa must sign every contract with a customer in the EU, see https://example.com/wiki/Rules
        larissa: good morning tom
    """)

    names = {topic.name.casefold() for topic in (await read(extractor, messages)).topics}

    assert not names & {"larissa", "good morning", "morning", "https", "link", "rules"}


async def test_the_look_of_a_topic_depends_on_its_name_alone(extractor, team_chat):
    one = await read(extractor, team_chat)
    other = await read(extractor, team_chat[:6])

    looks = {topic.name: topic.color for topic in one.topics}
    assert all(topic.color == looks[topic.name] for topic in other.topics)
