"""Deciding on one proposal: one router, mounted for topics and for atoms."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal, Scope
from assay.duplicates import dismiss
from assay.errors import NotFound
from assay.extraction.confidence import weighed
from assay.kinds import TRAITS, Kind
from assay.proposals import actions, failures
from assay.proposals.assign import assign
from assay.proposals.edit import edit
from assay.proposals.gate import ANY_VERSION
from assay.proposals.merge import actions as merging
from assay.proposals.outcomes import Outcome
from assay.proposals.supersede import supersede
from assay.web.api.v1.merge import Merge
from assay.web.auth import Caller, allow
from assay.web.decisions import raise_refusal
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Notes, RequestModel, UserId
from assay.web.paging import IfMatch, version_read, with_version
from assay.web.state import State
from assay.web.views.proposals import SCHEMAS, KindSchemas

Act = Callable[..., Awaitable[list[Outcome]]]
Decide = Callable[..., Awaitable[Any]]
"""What answers a request."""


def _versions(proposal_id: UUID, if_match: IfMatch = None) -> Mapping[UUID, int]:
    version = version_read(if_match)
    return ANY_VERSION if version is None else {proposal_id: version}


AsRead = Annotated[Mapping[UUID, int], Depends(_versions)]
"""The version of the proposal that the client has read, where it says so."""


class DecisionNotes(RequestModel):
    """Why, for the trail."""

    notes: Notes | None = None


class Approval(DecisionNotes):
    with_topics: bool = False
    """Also approve the pending topic it belongs to."""


class NotDuplicate(DecisionNotes):
    other: UUID | None = None
    """An entity or a proposal; left out, what the scan marked it as like."""


class MaybeDuplicate(RequestModel):
    other: UUID
    """An entity or a proposal that it was told apart from."""


class Assignment(DecisionNotes):
    to: UserId | None
    """Who is to decide on it; null gives it back."""


SIMPLE: Final[tuple[tuple[str, str, Act, str], ...]] = (
    ("reopen", "reopen", actions.reopen, "Put a rejected or expired one back into the queue."),
    ("revert", "revert", actions.revert, "Undo an approval or a merge: it is pending again, and knowledge as it was."),
    ("try-again", "try_again", failures.try_again, "Give back to the machine what it failed on."),
)
"""Decisions that need nothing but notes: path, name, action and what they do."""


def router_for(schemas: KindSchemas) -> APIRouter:
    """Decisions on proposals of one kind."""
    kind = schemas.kind
    router = APIRouter(
        prefix=f"/knowledge/{TRAITS[kind].plural}/proposals/{{proposal_id}}",
        tags=[f"{kind} proposals"],
        route_class=Route,
        dependencies=[allow(Scope.REVIEW), *expectations(kind)],
        responses=documented(404, 409, 412),
    )
    routes: tuple[tuple[str, str, str, Decide], ...] = (
        ("PUT", "/approve", f"approve_{kind}_proposal", approve),
        ("PUT", "/reject", f"reject_{kind}_proposal", reject),
        ("PUT", "/supersede", f"supersede_by_{kind}_proposal", supersede_known),
        ("PUT", "/merge", f"merge_{kind}_proposal", merge),
        ("POST", "/not-duplicate", f"{kind}_proposal_is_not_duplicate", not_duplicate),
        ("POST", "/not-duplicate/undo", f"{kind}_proposal_may_be_duplicate", may_be_duplicate),
        ("PUT", "/assignee", f"assign_{kind}_proposal", set_assignee),
        ("PATCH", "", f"edit_{kind}_proposal", _edit(schemas)),
        *(("POST", f"/{path}", f"{name}_{kind}_proposal", _simple(act, does)) for path, name, act, does in SIMPLE),
    )
    for method, path, name, decide in routes:
        router.add_api_route(path, decide, methods=[method], response_model=schemas.view, name=name)
    return router


async def approve(
    proposal_id: UUID, asked: Approval, session: Write, actor: Caller, read: AsRead, response: Response
) -> Any:
    """Turn it into knowledge. The entity gets the id of the proposal."""
    outcomes = await actions.approve(
        session, [proposal_id], actor=actor, notes=asked.notes, versions=read, with_topics=asked.with_topics
    )
    return await answer(session, proposal_id, outcomes, response)


async def supersede_known(
    proposal_id: UUID, asked: Approval, session: Write, actor: Caller, read: AsRead, response: Response
) -> Any:
    """Approve it in the place of what it `supersedes`, which is withdrawn, and its own proposal rejected."""
    outcomes = await supersede(
        session, proposal_id, actor=actor, notes=asked.notes, versions=read, with_topics=asked.with_topics
    )
    return await answer(session, proposal_id, outcomes, response)


async def reject(
    proposal_id: UUID, asked: DecisionNotes, session: Write, actor: Caller, read: AsRead, response: Response
) -> Any:
    """Decline it. It can be reopened."""
    outcomes = await actions.reject(session, [proposal_id], actor=actor, notes=asked.notes, versions=read)
    return await answer(session, proposal_id, outcomes, response)


async def merge(
    proposal_id: UUID, asked: Merge, session: Write, actor: Caller, read: AsRead, response: Response
) -> Any:
    """Merge it into what says it already. Its evidence goes with it."""
    targets = {proposal_id: asked.into}
    outcomes = await merging.merge(
        session, targets, actor=actor, notes=asked.notes, versions=read, choices=asked.fields
    )
    return await answer(session, proposal_id, outcomes, response)


async def not_duplicate(
    proposal_id: UUID,
    asked: NotDuplicate,
    session: Write,
    state: State,
    actor: Caller,
    read: AsRead,
    response: Response,
) -> Any:
    """Remember that it is not the same as what it was marked as like, or as `other`. It is compared anew."""
    outcomes = await dismiss.not_duplicate(
        session,
        {proposal_id: asked.other},
        model=state.deps.embedder.model,
        threshold=state.settings.knowledge_dedup_similarity_threshold,
        actor=actor,
        notes=asked.notes,
        versions=read,
    )
    return await answer(session, proposal_id, outcomes, response)


async def may_be_duplicate(
    proposal_id: UUID,
    asked: MaybeDuplicate,
    session: Write,
    state: State,
    actor: Caller,
    read: AsRead,
    response: Response,
) -> Any:
    """Take back that it is not the same as `other`. It is compared anew."""
    outcomes = await dismiss.take_back(
        session,
        proposal_id,
        asked.other,
        model=state.deps.embedder.model,
        threshold=state.settings.knowledge_dedup_similarity_threshold,
        actor=actor,
        versions=read,
    )
    return await answer(session, proposal_id, outcomes, response)


async def set_assignee(
    proposal_id: UUID, asked: Assignment, session: Write, actor: Caller, read: AsRead, response: Response
) -> Any:
    """Give it to somebody to decide on, or back to nobody. Others may still decide."""
    outcomes = await assign(session, [proposal_id], asked.to, actor=actor, notes=asked.notes, versions=read)
    return await answer(session, proposal_id, outcomes, response)


def _edit(schemas: KindSchemas) -> Decide:
    async def change(
        proposal_id: UUID,
        asked: schemas.change,  # type: ignore[name-defined]  # a class of the kind, known when the router is made
        session: Write,
        actor: Caller,
        read: AsRead,
        response: Response,
    ) -> Any:
        """Give a pending proposal other words. It is compared anew before the machine decides on it."""
        edits = {proposal_id: asked.changes()}
        outcomes = await edit(session, edits, weigh=weighed, actor=actor, notes=asked.notes, versions=read)
        return await answer(session, proposal_id, outcomes, response)

    return change


def _simple(act: Act, purpose: str) -> Decide:
    async def decide(
        proposal_id: UUID, asked: DecisionNotes, session: Write, actor: Caller, read: AsRead, response: Response
    ) -> Any:
        outcomes = await act(session, [proposal_id], actor=actor, notes=asked.notes, versions=read)
        return await answer(session, proposal_id, outcomes, response)

    decide.__doc__ = purpose
    return decide


def expectations(kind: Kind) -> list[Any]:
    """What every decision depends on: the version that was read, and that there is such a proposal of this kind."""

    async def check(proposal_id: UUID, session: Write) -> None:
        # a column, for a whole row would stay in the session as it was before the lock
        if await session.scalar(select(Proposal.kind).where(Proposal.id == proposal_id)) is not kind:
            raise NotFound(f"There is no {kind} proposal {proposal_id}.")

    return [Depends(_versions), Depends(check)]


async def answer(session: AsyncSession, proposal_id: UUID, outcomes: Sequence[Outcome], response: Response) -> Proposal:
    """The proposal as it is now. Raises the error of a refusal."""
    raise_refusal(outcomes, proposal_id)
    found = await session.get_one(Proposal, proposal_id, populate_existing=True)
    with_version(response, found.version)
    return found


routers = [router_for(each) for each in SCHEMAS]
