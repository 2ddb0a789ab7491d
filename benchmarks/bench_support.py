"""Whether claims say what their evidence says: the check of a batch, beside the review that it is a part of.

Both in processor time of this process, so that a loaded machine changes nothing; the database works besides.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import text

from assay.ai.fakes import HashEmbedder
from assay.ai.grounding import lexicon, limits, plain, terms
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
CACHES: Final = (plain.plain, terms.terms_in, limits.limits_of, lexicon.language_of, lexicon.languages_of)
Claim = tuple[str, Sequence[Ground]]


def claim_of(case: Case) -> Claim:
    """The paraphrase of a control, and the message that it is made of."""
    says = case.says or ""
    text_ = next(each.text for each in case.messages if says in each.text)
    return case.paraphrase or says, [Ground(text_, text_.index(says), text_.index(says) + len(says))]


def forget() -> None:
    """What was read of a text before; the words of the languages stay."""
    for each in CACHES:
        each.cache_clear()


def support_seconds(claims: Sequence[Claim]) -> float:
    forget()
    begin = time.process_time()
    for words, grounds in claims:
        unsupported(words, words, grounds)
    return time.process_time() - begin


async def proposed(database: Database, cases: Sequence[Case]) -> list[UUID]:
    """A pending proposal of each, that nothing but its grounds can hold."""
    drafts = []
    for number, case in enumerate(cases):
        told = [replace(each, channel=f"talk {number}") for each in case.first_told(f"talk {number}")]
        async with database.transaction() as session:
            await ingest(session, told, source="bench", actor=SYSTEM)
            found = await session.execute(
                text("SELECT id, text FROM messages WHERE channel = :channel AND strpos(text, :says) > 0 LIMIT 1"),
                {"channel": f"talk {number}", "says": case.says},
            )
            message_id, said = found.one()
        quote = QuotedEvidence(message_id, said, 0, len(said))
        words = case.paraphrase or ""
        drafts.append(
            Draft(Kind.ATOM, words, words, 1.0, 1.0, evidence=[quote], source_message_ids=[message_id],
                  atom_type=AtomType.DECISION)
        )  # fmt: skip
    async with database.transaction() as session:
        return await actions.propose(session, drafts, run_id=None, actor=SYSTEM)


async def main(database: Database) -> None:
    cases = [case for case in shipped() if not case.is_trap and case.paraphrase][:NUMBER]
    claims = [claim_of(case) for case in cases]
    embedder = HashEmbedder()
    ids = await proposed(database, cases)
    await scan.embed_missing(database, embedder, NUMBER)
    async with database.transaction() as session:
        await session.execute(text("UPDATE proposals SET dedup_state = 'clear'"))
    support = min(support_seconds(claims) for _ in range(ROUNDS))
    whole = []
    for _ in range(ROUNDS):
        forget()
        begin = time.process_time()
        async with database.transaction() as session:
            await review(session, ids, settings=Settings.model_validate({}), model=embedder.model)
        whole.append(time.process_time() - begin)
    print(f"support of {len(claims)} claims {1000 * support:>8.1f} ms")
    print(f"their review          {1000 * min(whole):>8.1f} ms")
    print(f"ratio                 {support / min(whole):>8.2f}")


with_database(main)
