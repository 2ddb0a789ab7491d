"""The list of proposals, a page at a time, each with why it waits."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import SerializeAsAny
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.factory import embedding_model
from assay.duplicates.active_model import scorer_version
from assay.proposals.lists import pages
from assay.proposals.lists.filters import Filter, PageEnd, Sort
from assay.review import queries as review
from assay.review.policy import Hold
from assay.settings import Settings
from assay.web.models import Moment, Share
from assay.web.views.cursors import cursor, place
from assay.web.views.paging import PageOf
from assay.web.views.proposals import BY_KIND, ListedProposal

BY_AGE: Final = tuple[Moment, UUID]
BY_CONFIDENCE: Final = tuple[Share, UUID]
PLACES: Final[dict[Sort, Any]] = {
    Sort.OLDEST: BY_AGE,
    Sort.NEWEST: BY_AGE,
    Sort.MIN_SURE: BY_CONFIDENCE,
    Sort.SUREST: BY_CONFIDENCE,
}


async def proposals(
    session: AsyncSession,
    wanted: Filter,
    *,
    sort: Sort = Sort.OLDEST,
    after: str | None,
    limit: int,
    settings: Settings,
) -> PageOf[ListedProposal]:
    """Raises InvalidInput for a cursor that is none."""
    order = f"{' and '.join(wanted.kinds)} proposals by {sort}"
    start = place(after, order, PLACES[sort])
    found = await pages.page(session, wanted, sort=sort, after=PageEnd(*start) if start else None, limit=limit)
    held = await reasons_to_wait(session, [each.id for each in found.items], settings)
    items = []
    for each in found.items:
        schemas = BY_KIND[each.kind]
        seen = schemas.view.model_validate(each)
        items.append(schemas.listed(**dict(seen), held=held.get(each.id, [])))
    return PageOf[SerializeAsAny[ListedProposal]](items=items, next=cursor(found.rest, order))


async def reasons_to_wait(session: AsyncSession, ids: Sequence[UUID], settings: Settings) -> dict[UUID, list[Hold]]:
    """Why the system does not approve each of the proposals alone; of those that are pending."""
    policy = await review.policy(session, settings)
    facts = await review.facts(session, ids, scorer=await scorer_version(session, embedding_model(settings)))
    return {each: policy.reasons(known) for each, known in facts.items()}
