"""A proposal beside what it may repeat: both texts, the difference word by word, and the facts that changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.duplicates.changes import FactChange, changed_facts
from assay.duplicates.sql import words as sql
from assay.kinds import Kind, embedded_text
from assay.text.word_diff import Piece, word_diff


@dataclass(frozen=True, slots=True)
class Other:
    """What a proposal is compared with. `state`: of an entity approved or withdrawn, else that of the proposal."""

    id: UUID
    kind: Kind
    title: str
    body: str
    is_entity: bool
    state: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """From the other to the proposal. Pieces are empty where the two are too different to be shown as one."""

    title: Sequence[Piece]
    body: Sequence[Piece]
    changed_facts: Sequence[FactChange]


async def others(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Other]:
    """The entities or proposals of these ids, in their own words. An entity goes before the proposal of its id."""
    rows = await session.execute(sql.SAID, {"ids": list(ids)})
    found = (Other(row.id, Kind(row.kind), row.title, row.body, row.is_entity, row.state) for row in rows)
    return {each.id: each for each in found}


def compared(other: Other, title: str, body: str) -> Comparison:
    """What a proposal of these words says differently."""
    facts = changed_facts(embedded_text(other.title, other.body), embedded_text(title, body))
    return Comparison(word_diff(other.title, title), word_diff(other.body, body), facts)
