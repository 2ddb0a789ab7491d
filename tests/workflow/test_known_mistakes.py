"""What the machine once approved and should not have, in the words that were said, through the whole pipeline."""

from datetime import timedelta

import pytest
from tests.builders import MORNING, rows
from tests.extraction.chats import incoming, ingest
from tests.workflow.test_origin import pipeline

from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.extractor import OfflineExtractor
from assay.audit.actor import SYSTEM
from assay.proposals import actions
from assay.queue.deps import Deps
from assay.review.policy import Hold
from assay.settings import Settings
from assay.web.views.queue import reasons_to_wait

pytestmark = pytest.mark.anyio

EMBEDDER = OfflineEmbedder()
LIVE = "SELECT title FROM entities WHERE kind = 'atom' AND NOT archived ORDER BY title"
PENDING = "SELECT id, title FROM proposals WHERE kind = 'atom' AND status = 'pending' ORDER BY id"
CONSENT = [("ben", "+1"), ("dora", "+1")]
RULE = "Decision: the release notes are written by the support team"
FEE = "the booking fee is charged per order"
QUESTION = "Which port does the label printer listen on?"


@pytest.fixture(scope="module")
def reader():
    return OfflineExtractor(EMBEDDER)


@pytest.fixture
def deps(database, reader):
    return Deps(database, Settings.model_validate({}), EMBEDDER, reader)


async def told(deps, *talk, channel: str = "ops") -> list[str]:
    """What is approved once everybody has said that."""
    for minute, (author, text) in enumerate(talk):
        at = MORNING + timedelta(minutes=minute)
        message = incoming(text, f"{channel}-{minute}", author=author, sent_at=at, channel=channel)
        await ingest(deps.database, message, source="team")
    await pipeline(deps)
    return [each.title for each in await rows(deps.database, LIVE)]


@pytest.mark.parametrize(
    ("label", "rule"),
    [
        ("Decision:", "no deploys to production on Fridays from now on."),
        ("#agreed", "no deploys to production on Fridays from now on."),
        ("Decision:", "all invoices above 5,000 EUR are signed by two people."),
        ("Decision:", "at least two people sign every invoice above 5,000 EUR."),
        ("Decision:", "since the audit only two people can read the payroll."),
    ],
)
async def test_no_word_that_a_decision_begins_with_is_stripped(deps, label, rule):
    approved = await told(deps, ("tom", f"{label} {rule}"), *CONSENT)
    assert [each.rstrip(".").casefold() for each in approved] == [rule.rstrip(".").casefold()]


MISTAKES = {
    "an answer that its author corrects": [
        ("tom", QUESTION), ("ben", "The label printer listens on port 9100."), ("ben", "oops, 9101 rather"),
        ("tom", "thanks, that works"),
    ],
    "quoted mail": [
        ("tom", RULE),
        ("ben", "see below\n\nOn 3 May 2026 Cleo wrote:\n> agreed\n\nOn 3 May 2026 Dan wrote:\n> +1"),
    ],
    "an author whose name is read in two ways": [("Ana Kern", RULE), ("Ana Kern ✨", "agreed"), ("ana.kern", "+1")],
    "one consent for two statements": [
        ("tom", RULE), ("eva", f"Decision: {FEE}"), ("ben", "agreed"),
    ],
    "consent to a correction": [("tom", f"Decision: {FEE}"), ("ben", "agreed, per line it is"), ("dora", "agreed")],
}  # fmt: skip


@pytest.mark.parametrize("talk", MISTAKES.values(), ids=MISTAKES)
async def test_what_nobody_agreed_to_as_it_stands_waits(deps, talk):
    assert await told(deps, *talk) == []
    assert await rows(deps.database, PENDING)


async def test_two_times_of_one_thing_are_both_held_and_never_stand_side_by_side(deps):
    backup = "Decision: the nightly backup of the ledger runs at {} UTC"
    database, settings = deps.database, deps.settings
    for channel, hour in (("ops", "02:30"), ("backend", "04:00")):
        for minute, (author, text) in enumerate([("tom", backup.format(hour)), *CONSENT]):
            at = MORNING + timedelta(minutes=minute)
            await ingest(database, incoming(text, f"{channel}-{minute}", author=author, sent_at=at, channel=channel))
    await pipeline(deps)
    older, newer = sorted(await rows(database, PENDING), key=lambda each: each.title)
    async with database.transaction() as session:
        held = await reasons_to_wait(session, [older.id, newer.id], settings)
        assert [held[each.id][0] for each in (older, newer)] == [Hold.CONTRADICTED] * 2
        assert (await actions.approve(session, [newer.id], actor=SYSTEM, with_topics=True))[0].done
    await pipeline(deps)
    assert [each.title for each in await rows(database, LIVE)] == [newer.title]
