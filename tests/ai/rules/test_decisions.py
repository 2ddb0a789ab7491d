"""Directives, actions and decisions in plain team language."""

from dataclasses import replace
from uuid import uuid5

import pytest
from tests.ai.chats import atom_with, chat, keeps_its_promises, read, titles

from assay.ai.extractor import Message
from assay.ai.rules.extractor import OfflineExtractor
from assay.kinds import AtomType

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("#agreed the export uses UTF-8 for every customer", "The export uses UTF-8 for every customer"),
        ("[AGREED] Postgres 16 is the only database", "Postgres 16 is the only database"),
        ("Decision: the free trial lasts 14 days", "The free trial lasts 14 days"),
        ("DECIDED: we drop support for Internet Explorer", "We drop support for Internet Explorer"),
        ("*Decision:* every flag has an owner and an expiry date", "Every flag has an owner and an expiry date"),
        ("We talked on Friday. Decision: payouts run on Monday nights", "Payouts run on Monday nights"),
        ("ACTION: tom to write the runbook for failovers", "Action: tom to write the runbook for failovers"),
        ("#action tom to write the runbook for failovers", "Action: tom to write the runbook for failovers"),
    ],
)  # fmt: skip
async def test_a_marked_line_is_a_decision(extractor, said, title):
    messages = chat(f"ana: good morning\ntom: hi\nana: {said}\ntom: ok")

    extraction = await read(extractor, messages)

    (atom,) = extraction.atoms
    assert atom.title == title
    assert atom.type is AtomType.DECISION
    keeps_its_promises(extraction, messages)


async def test_agreement_by_others_makes_a_marked_decision_more_certain(extractor):
    alone = await read(extractor, chat("ana: Decision: the free trial lasts 14 days"))
    agreed = await read(extractor, chat("ana: Decision: the free trial lasts 14 days\ntom: +1\nlee: sounds good"))

    assert alone.atoms[0].confidence < 0.95 <= agreed.atoms[0].confidence
    assert {quote.text for quote in agreed.atoms[0].quotes} >= {"+1", "sounds good"}


@pytest.mark.parametrize(
    "said",
    [
        "let's go with NATS JetStream for the job queue",
        "we decided to move the pricing page to the marketing site",
        "should we retire the legacy importer after the spring release?",
        "I propose we use feature flags for all pricing changes",
    ],
)
async def test_a_plain_decision_that_others_carry_is_found(extractor, said):
    messages = chat(f"ana: {said}\ntom: +1\nlee: 👍\nmia: works for me")

    extraction = await read(extractor, messages)

    (atom,) = extraction.atoms
    assert atom.type is AtomType.DECISION
    assert atom.meta["source"] in {"agreement", "settled"}
    assert "tom" in atom.reasoning
    keeps_its_promises(extraction, messages)


async def test_a_proposal_nobody_answers_is_no_decision(extractor):
    extraction = await read(extractor, chat("ana: let's go with NATS JetStream for the queue\ntom: lunch?"))

    assert not [atom for atom in extraction.atoms if atom.type is AtomType.DECISION]


async def test_an_objection_makes_a_decision_less_certain(extractor):
    calm = await read(extractor, chat("ana: Decision: the app drops support for tablets with 1 GB"))
    opposed = await read(extractor, chat("ana: Decision: the app drops support for tablets with 1 GB\ntom: -1, no"))

    assert opposed.atoms[0].confidence < calm.atoms[0].confidence
    assert "tom objected" in opposed.atoms[0].reasoning


async def test_a_vote_without_a_vote_is_no_decision(extractor):
    assert not (await read(extractor, chat("ana: #vote approve the new code of conduct\ntom: hm"))).atoms


async def test_a_passing_moment_is_marked_for_rejection(extractor):
    extraction = await read(extractor, chat("ana: Decision: for today the staging site uses the old database"))

    (atom,) = extraction.atoms
    assert atom.recommendation == "reject"
    assert atom.confidence < 0.7


async def test_a_time_of_day_that_returns_is_no_passing_moment(extractor):
    extraction = await read(extractor, chat("ana: Decision: the release train leaves every Tuesday at 10:00 UTC"))

    assert extraction.atoms[0].recommendation == "new"


async def test_business_of_the_meeting_itself_is_left_out(extractor: OfflineExtractor):
    extraction = await read(extractor, chat("ana: #action tom to chair the next meeting and write the minutes"))

    assert titles(extraction) == []


async def test_consent_in_the_thread_below_counts(extractor):
    root = chat("ana: Decision: amounts are stored as integer cents")
    messages = [*root, *_in_thread(chat("tom: agreed, no more rounding\nlee: +1"), thread="root-1")]

    atom = atom_with(await read(extractor, messages), "integer cents")

    assert atom.confidence >= 0.95


def _in_thread(messages: list[Message], thread: str) -> list[Message]:
    return [replace(message, id=uuid5(message.id, "reply"), thread=thread) for message in messages]


async def test_minutes_of_time_are_no_minutes_of_a_meeting(extractor: OfflineExtractor):
    said = chat("ana: Decision: access tokens of the booking API expire after 15 minutes")

    assert titles(await read(extractor, said)) == ["Access tokens of the booking API expire after 15 minutes"]


@pytest.mark.parametrize("label", ["Actıon", "DecİsIon"])
async def test_a_label_in_other_letters_is_none_and_breaks_nothing(extractor, label):
    found = await read(extractor, chat(f"ana: Hello there.\ntom: Good. {label}: the backup runs at night from now on"))
    assert not [atom for atom in found.atoms if atom.title.startswith("Action")]
