"""How the confidence of one proposal comes about."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal
from assay.extraction.confidence import AttributedQuote, WeighingStep, facts_of, steps
from assay.proposals import evidence

OBJECTION: Final = "somebody spoke against it"
LEAST: Final = 1e-6
"""Differences below it are those of the arithmetic."""


async def parts_of(session: AsyncSession, proposal: Proposal) -> list[WeighingStep]:
    """From what was stated to what it has: by its evidence, and by what was said against it."""
    quotes = (await evidence.quoted(session, [proposal.id])).get(proposal.id, ())
    voices = [AttributedQuote(each.quote, each.verified, each.author, each.is_bot) for each in quotes]
    words = f"{proposal.title}\n{proposal.body}"
    found = steps(proposal.stated_confidence, facts_of(voices, words, proposal.unsupported))
    if abs(found[-1].result - proposal.confidence) > LEAST:
        found.append(WeighingStep(_unexplained(proposal, found), proposal.confidence))
    return found


def _unexplained(proposal: Proposal, found: list[WeighingStep]) -> str:
    lowered = proposal.confidence < found[-1].result
    return OBJECTION if lowered and proposal.extraction_run_id else "as it was given when it was proposed"
