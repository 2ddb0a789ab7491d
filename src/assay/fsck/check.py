"""Checking all invariants at one moment, and deriving anew what can be derived."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db import locks
from assay.db.engine import Database
from assay.fsck import keys, trail
from assay.fsck.invariant import Invariant
from assay.fsck.sql.decisions import DECISIONS
from assay.fsck.sql.evidence import EVIDENCE
from assay.fsck.sql.knowledge import KNOWLEDGE
from assay.fsck.sql.machinery import MACHINERY
from assay.fsck.sql.schema import promised

INVARIANTS: Final = (*DECISIONS, *KNOWLEDGE, *EVIDENCE, *MACHINERY)
MAX_EXAMPLES: Final = 5
ROWS_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class CheckedInvariant:
    """An invariant that was checked. `broken`: of how many records it does not hold; the first of them are named."""

    name: str
    sentence: str
    can_be_repaired: bool = False
    broken: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)


async def check(database: Database) -> list[CheckedInvariant]:
    """All invariants, of the records as they were at one moment. Locks nothing, and runs beside everything else."""
    async with database.snapshot() as session:
        return await look(session)


async def look(session: AsyncSession) -> list[CheckedInvariant]:
    """All invariants, as this transaction sees the records."""
    found = [await _counted(_of(each), _rows(session, each.broken)) for each in (*INVARIANTS, *promised())]
    by_program = ((keys.NAME, keys.SENTENCE, keys.broken(session)), (trail.NAME, trail.SENTENCE, trail.broken(session)))
    return [*found, *[await _counted(CheckedInvariant(name, words), rows) for name, words, rows in by_program]]


async def repair(database: Database, found: Sequence[CheckedInvariant]) -> dict[str, int]:
    """Derives anew what can be derived of what was found broken. Returns how many records each repair wrote.

    Each repair looks again, under the lock of all decisions: what was put right since is left alone, and nothing that
    a person or the machine decided is changed.
    """
    broken = {each.name for each in found if each.broken}
    written = {}
    for invariant in INVARIANTS:
        if invariant.repair and invariant.name in broken:
            async with database.transaction() as session:
                await locks.hold_until_commit(session, locks.DECISIONS)
                written[invariant.name] = len((await session.execute(text(invariant.repair))).all())
    return written


def _of(invariant: Invariant) -> CheckedInvariant:
    return CheckedInvariant(invariant.name, invariant.sentence, invariant.repair is not None)


async def _counted(finding: CheckedInvariant, rows: AsyncIterator[tuple[str, str]]) -> CheckedInvariant:
    async for subject, why in rows:
        finding.broken += 1
        if len(finding.examples) < MAX_EXAMPLES:
            finding.examples.append({"id": subject, "why": why})
    return finding


async def _rows(session: AsyncSession, query: str) -> AsyncIterator[tuple[str, str]]:
    """What a query finds, a portion in memory at a time."""
    portions = {"yield_per": ROWS_AT_ONCE}
    async for subject, why in await session.stream(text(query), execution_options=portions):
        yield str(subject), str(why)
