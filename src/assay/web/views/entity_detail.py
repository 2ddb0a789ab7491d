"""Why we believe something, put together from what the rooms know."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from assay.errors import NotFound
from assay.kinds import Kind
from assay.knowledge import provenance
from assay.proposals import contradictions, queries
from assay.proposals.merge import ends
from assay.web.views.detail import quotes_behind
from assay.web.views.knowledge import BY_KIND


async def entity(session: AsyncSession, kind: Kind, entity_id: UUID) -> RowMapping:
    """Withdrawn ones too. Raises NotFound."""
    found = await provenance.entity(session, kind, entity_id)
    if found is None:
        raise NotFound(f"There is no {kind} {entity_id}.")
    return found


async def detail(session: AsyncSession, kind: Kind, entity_id: UUID) -> Mapping[str, Any]:
    """Raises NotFound."""
    row = await entity(session, kind, entity_id)
    sources = (await queries.behind(session, [entity_id]))[entity_id]
    merged = await ends.merges(session, entity_id)
    return {
        "entity": BY_KIND[kind].of(row),
        "merged_into": next((each for each in merged if each.id == entity_id), None),
        "merged": [each for each in merged if each.into_id == entity_id],
        "filed": await provenance.filed(session, entity_id),
        "links": await provenance.links(session, entity_id),
        "questioned_by": await contradictions.questioned_by(session, entity_id),
        "evidence": await quotes_behind(session, entity_id),
        "decisions": await provenance.decisions(session, sources),
        "trail": await queries.trail(session, entity_id),
    }


async def history(session: AsyncSession, kind: Kind, entity_id: UUID) -> Sequence[RowMapping]:
    """Raises NotFound."""
    await entity(session, kind, entity_id)
    return await provenance.revisions(session, entity_id)
