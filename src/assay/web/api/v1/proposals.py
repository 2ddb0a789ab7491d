"""Reading proposals: one router, mounted for topics and for atoms."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal, Scope
from assay.errors import NotFound
from assay.kinds import TRAITS, Kind
from assay.proposals.lists.filters import Sort
from assay.web.api.v1.filters import ProposalFilter
from assay.web.auth import Guarded, allow
from assay.web.errors import documented
from assay.web.paging import PageQuery, with_version
from assay.web.state import Session, State
from assay.web.views.detail import Detail, detail
from assay.web.views.paging import PageOf
from assay.web.views.proposals import SCHEMAS, KindSchemas
from assay.web.views.queue import proposals


class ListQuery(PageQuery, ProposalFilter):
    sort: Sort = Sort.OLDEST


def router_for(schemas: KindSchemas) -> APIRouter:
    """The proposals of one kind."""
    kind = schemas.kind
    router = APIRouter(
        prefix=f"/knowledge/{TRAITS[kind].plural}/proposals",
        tags=[f"{kind} proposals"],
        dependencies=[allow(Scope.READ)],
        route_class=Guarded,
    )
    view: Any = schemas.view
    listed: Any = schemas.listed

    @router.get("", response_model=PageOf[listed], name=f"list_{kind}_proposals")
    async def list_proposals(query: Annotated[ListQuery, Query()], session: Session, state: State) -> Any:
        """A page of the list, the oldest pending ones first unless asked otherwise."""
        return await proposals(
            session, query.of(kind), sort=query.sort, after=query.after, limit=query.limit, settings=state.settings
        )

    @router.get("/{proposal_id}", response_model=Detail[view], name=f"get_{kind}_proposal", responses=documented(404))
    async def get_proposal(proposal_id: UUID, session: Session, state: State, response: Response) -> Any:
        """A proposal with its evidence, why it waits, and what happened to it."""
        proposal = await of_kind(session, kind, proposal_id)
        with_version(response, proposal.version)
        return await detail(session, proposal, state.settings)

    return router


async def of_kind(session: AsyncSession, kind: Kind, proposal_id: UUID) -> Proposal:
    """Raises NotFound for none, and for one of the other kind."""
    found = await session.get(Proposal, proposal_id)
    if found is None or found.kind is not kind:
        raise NotFound(f"There is no {kind} proposal {proposal_id}.")
    return found


routers = [router_for(each) for each in SCHEMAS]
