"""Whether claims say what their evidence says: what the check of a batch costs of the review that it is a part of.

In processor time of this process, whoever else is at work. Once for claims in the words of their quotes, as Assay's own
extractor makes them, and once for paraphrases, as a model writes them: of those every word is compared.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import text

from assay.ai.fakes import HashEmbedder
from assay.ai.grounding import (
    grounding,
    lexicon,
    limits,
    own_words,
    plain,
    sentences,
    statements,
    support,
    terms,
)
from assay.ai.grounding.support import Ground, unsupported
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.duplicates import scan
from assay.evaluation.cases import Case, shipped
from assay.extraction.actions import ingest
from assay.kinds import AtomType, Kind
from assay.proposals import actions
from assay.proposals.drafts import Draft, QuotedEvidence
from assay.review.actions import review
from assay.settings import Settings
from harness import ROUNDS, with_database

NUMBER: Final = 50
CACHES: Final = (
    *(support.values_in, plain.plain, terms.terms_in, limits.limits_of, lexicon.language_of, lexicon.languages_of),
    *(own_words.foreign, statements.decisions_in, sentences.sentence_spans),
)


def forget() -> None:
    """What was read of a text before; the words of the languages stay."""
    for each in CACHES:
        each.cache_clear()


class Timed:
    """The check, which says how long it took."""

    def __init__(self) -> None:
        self.seconds, self.calls = 0.0, 0

    def __call__(self, title: str, body: str, grounds: Sequence[Ground]) -> list[str]:
        begin = time.process_time()
        found = unsupported(title, body, grounds)
        self.seconds, self.calls = self.seconds + time.process_time() - begin, self.calls + 1
        return found


async def proposed(database: Database, talks: str, cases: Mapping[str, Case]) -> list[UUID]:
    """A pending proposal of each, in the words that it stands under, which nothing but its grounds can hold."""
    drafts = []
    for number, (words, case) in enumerate(cases.items()):
        channel = f"{talks} {number}"
        told = [replace(each, channel=channel) for each in case.first_told(channel)]
        async with database.transaction() as session:
            await ingest(session, told, source="bench", actor=SYSTEM)
            found = await session.execute(
                text("SELECT id, text FROM messages WHERE channel = :channel AND strpos(text, :says) > 0 LIMIT 1"),
                {"channel": channel, "says": case.says},
            )
            message_id, said = found.one()
        quote = QuotedEvidence(message_id, said, 0, len(said))
        drafts.append(
            Draft(Kind.ATOM, words, words, 1.0, 1.0, evidence=[quote], source_message_ids=[message_id],
                  atom_type=AtomType.DECISION)
        )  # fmt: skip
    async with database.transaction() as session:
        return await actions.propose(session, drafts, run_id=None, actor=SYSTEM)


async def review_seconds(database: Database, ids: Sequence[UUID], model: str) -> tuple[float, float, int, int]:
    """Of the checks and of the whole, how many checks, and how many were approved. Nothing is kept of it."""
    forget()
    grounding.unsupported = check = Timed()  # type: ignore[assignment]  # the check itself, with a clock
    async with database.transaction() as session:
        savepoint = await session.begin_nested()
        begin = time.process_time()
        found = await review(session, ids, settings=Settings.model_validate({}), model=model)
        whole = time.process_time() - begin
        await savepoint.rollback()
    return check.seconds, whole, check.calls, len(found.approved)


async def main(database: Database) -> None:
    cases = [case for case in shipped() if not case.is_trap and case.paraphrase][:NUMBER]
    embedder = HashEmbedder()
    for talks, words in (("as quoted", "says"), ("paraphrased", "paraphrase")):
        ids = await proposed(database, talks, {getattr(case, words): case for case in cases})
        await scan.embed_missing(database, embedder, NUMBER)
        async with database.transaction() as session:
            await scan.scan(session, ids, model=embedder.model, threshold=0.99, actor=SYSTEM)
        rounds = [await review_seconds(database, ids, embedder.model) for _ in range(ROUNDS)]
        checks, whole, calls, approved = min(rounds, key=lambda each: each[1])
        print(f"{talks}: {calls} checks {1000 * checks:.0f} ms, their review {1000 * whole:.0f} ms, ", end="")
        print(f"ratio {checks / whole:.2f}, {approved} approved")


with_database(main)
