"""What a proposal could repeat: equal words, like titles and near meanings, for a whole batch at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import as_json
from assay.duplicates.claim import Claim
from assay.duplicates.sql import candidates as sql
from assay.kinds import Kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that was said before a proposal, and how near it is."""

    proposal_id: UUID
    claim: Claim
    identical: bool
    cosine: float | None
    """None where it has no vector of this model: then it was found by its words."""
    trigram: float

    @property
    def id(self) -> UUID:
        return self.claim.id


async def prepare(session: AsyncSession) -> None:
    """Says how the index shall be searched, until the transaction ends."""
    await session.execute(sql.SETTINGS)


async def find(
    session: AsyncSession,
    ids: Sequence[UUID],
    *,
    model: str,
    dimensions: int,
    min_cosine: Mapping[Kind, float],
    of_entities: bool = False,
) -> list[Candidate]:
    """The candidates of proposals that have a vector: live entities, and pending proposals that arrived earlier.

    `session`: one that is prepared.
    `min_cosine`: the cosine from which every neighbour is a candidate, even beyond the nearest few.
    `of_entities`: the ids are those of live entities, which are compared with entities only.
    """
    statement = sql.candidates(model, dimensions, sql.ENTITIES if of_entities else sql.PROPOSALS)
    rows = await session.execute(statement, {"ids": list(ids), "model": model, "min_cosine": as_json(min_cosine)})
    return [
        Candidate(proposal_id, Claim(key, Kind(kind), *said), identical, cosine, trigram)
        for proposal_id, key, kind, *said, identical, cosine, trigram in rows
    ]
