"""Reading proposals: one router, mounted for topics and for atoms."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal, Scope
from assay.errors import NotFound
from assay.kinds import TRAITS, Kind
from assay.proposals import listing
from assay.proposals.filters import Place, Sort
from assay.web.access import allow
from assay.web.api.v1.detail import Detail, detail
from assay.web.api.v1.filters import ProposalFilter
from assay.web.api.v1.shapes import SHAPES, Shapes
from assay.web.errors import documented
from assay.web.models import Share
from assay.web.paging import PageOf, PageQuery, cursor, place, with_version
from assay.web.state import Session, State

BY_AGE: Final = tuple[AwareDatetime, UUID]
BY_CONFIDENCE: Final = tuple[Share, UUID]
PLACES: Final[dict[Sort, Any]] = {
    Sort.OLDEST: BY_AGE,
    Sort.NEWEST: BY_AGE,
    Sort.LEAST_SURE: BY_CONFIDENCE,
    Sort.SUREST: BY_CONFIDENCE,
}


class ListQuery(PageQuery, ProposalFilter):
    sort: Sort = Sort.OLDEST


def router_for(shapes: Shapes) -> APIRouter:
    """The proposals of one kind."""
    kind = shapes.kind
    router = APIRouter(
        prefix=f"/knowledge/{TRAITS[kind].plural}/proposals",
        tags=[f"{kind} proposals"],
        dependencies=[allow(Scope.READ)],
    )
    view: Any = shapes.view

    @router.get("", response_model=PageOf[view], name=f"list_{kind}_proposals")
    async def list_proposals(query: Annotated[ListQuery, Query()], session: Session) -> Any:
        """A page of the list, the oldest pending ones first unless asked otherwise."""
        order = f"{kind} proposals by {query.sort}"
        after = place(query.after, order, PLACES[query.sort])
        found = await listing.page(
            session, query.of(kind), sort=query.sort, after=Place(*after) if after else None, limit=query.limit
        )
        return {"items": found.items, "next": cursor(found.rest, order)}

    @router.get("/{proposal_id}", response_model=Detail[view], name=f"get_{kind}_proposal", responses=documented(404))
    async def get_proposal(proposal_id: UUID, session: Session, state: State, response: Response) -> Any:
        """A proposal with its evidence, why it waits, and what happened to it."""
        proposal = await of_kind(session, kind, proposal_id)
        with_version(response, proposal.version)
        return await detail(session, proposal, state)

    return router


async def of_kind(session: AsyncSession, kind: Kind, proposal_id: UUID) -> Proposal:
    """Raises NotFound for none, and for one of the other kind."""
    found = await session.get(Proposal, proposal_id)
    if found is None or found.kind is not kind:
        raise NotFound(f"There is no {kind} proposal {proposal_id}.")
    return found


routers = [router_for(each) for each in SHAPES]
