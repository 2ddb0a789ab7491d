"""Deciding on many proposals at once: by their ids, or all that fit a filter."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal, Scope
from assay.errors import Conflict, InvalidInput
from assay.kinds import TRAITS, Kind
from assay.proposals import actions
from assay.proposals.gate import unique
from assay.proposals.lists import pages
from assay.proposals.outcomes import Outcome, missing
from assay.web.api.v1.filters import ProposalFilter
from assay.web.auth import Caller, allow
from assay.web.decisions import Act, rehearsed
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Notes, RequestModel
from assay.web.state import State
from assay.web.views.outcomes import BulkAnswer

MAX_SELECTED: Final = 5_000
"""Proposals that one request decides."""

Version = Annotated[int, Field(ge=1, le=2**53)]


class Bulk(RequestModel):
    """Either `ids`, or a `filter` with what a dry run said of it: `expected_count` and `revision`."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_SELECTED)] | None = None
    versions: Annotated[dict[UUID, Version], Field(max_length=MAX_SELECTED)] = Field(default_factory=dict)
    """By id: refused where the proposal has another version now."""
    filter: ProposalFilter | None = None
    expected_count: Annotated[int, Field(ge=0, le=MAX_SELECTED)] | None = None
    revision: Annotated[str, Field(max_length=64, pattern="^[0-9a-f]*$")] | None = None
    dry_run: bool = False
    notes: Notes | None = None

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or a filter")
        if self.filter and not self.dry_run and (self.expected_count is None or self.revision is None):
            raise ValueError("with a filter give expected_count and revision, as a dry run answers them")
        return self


class BulkApproval(Bulk):
    with_topics: bool = False


async def counted(state: State, actor: Caller) -> AsyncIterator[None]:
    """Holds the one bulk decision that a user may have under way. Raises TooMany."""
    with state.bulks.counted(actor.user_id):
        yield


one_at_a_time: Final = Depends(counted, scope="function")


def router_for(kind: Kind) -> APIRouter:
    """Bulk decisions on one kind."""
    prefix = f"/knowledge/{TRAITS[kind].plural}/proposals/bulk"
    router = APIRouter(
        prefix=prefix,
        tags=[f"{kind} proposals"],
        route_class=Route,
        dependencies=[allow(Scope.REVIEW), one_at_a_time],
        responses=documented(409),
    )

    @router.post("/approve", name=f"bulk_approve_{kind}_proposals")
    async def approve(asked: BulkApproval, session: Write, actor: Caller) -> BulkAnswer:
        """Approve many. What stands against one costs that one only."""

        async def act(ids: Sequence[UUID]) -> list[Outcome]:
            return await actions.approve(
                session,
                ids,
                actor=actor,
                notes=asked.notes,
                versions=asked.versions,
                with_topics=getattr(asked, "with_topics", False),
            )

        return await _carry_out(session, kind, asked, act)

    @router.post("/reject", name=f"bulk_reject_{kind}_proposals")
    async def reject(asked: Bulk, session: Write, actor: Caller) -> BulkAnswer:
        """Reject many."""

        async def act(ids: Sequence[UUID]) -> list[Outcome]:
            return await actions.reject(session, ids, actor=actor, notes=asked.notes, versions=asked.versions)

        return await _carry_out(session, kind, asked, act)

    return router


async def _carry_out(session: AsyncSession, kind: Kind, asked: Bulk, act: Act) -> BulkAnswer:
    ids, revision = await _meant(session, kind, asked)
    fitting = set(await session.scalars(select(Proposal.id).where(Proposal.id.in_(ids), Proposal.kind == kind)))
    known = [each for each in ids if each in fitting]
    outcomes = await (rehearsed(session, act, known) if asked.dry_run else act(known))
    outcomes += [missing(each) for each in ids if each not in fitting]
    return BulkAnswer.of(outcomes, dry_run=asked.dry_run, count=len(ids), revision=revision)


async def _meant(session: AsyncSession, kind: Kind, asked: Bulk) -> tuple[Sequence[UUID], str | None]:
    """Raises Conflict where a filter means others than it did in the dry run, InvalidInput where it means too many."""
    if asked.filter is None:
        return unique(asked.ids or []), None
    found = await pages.extent(session, asked.filter.of(kind), most=MAX_SELECTED)
    if len(found.ids) > MAX_SELECTED:
        raise InvalidInput(f"More than {MAX_SELECTED:,} proposals match this filter: narrow it.")
    read = (asked.expected_count, asked.revision)
    if not asked.dry_run and read != (len(found.ids), found.revision):
        facts: dict[str, Any] = {"count": len(found.ids), "revision": found.revision}
        raise Conflict("The proposals matching this filter have changed since the preview: run it again.", **facts)
    return found.ids, found.revision


routers = [router_for(each) for each in Kind]
