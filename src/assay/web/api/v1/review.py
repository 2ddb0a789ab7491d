"""Reviewing: the screen of one proposal, whatever its kind, and what people do with it besides deciding."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from assay.db.models import Proposal, ProposalStatus, Scope
from assay.duplicates import groups
from assay.errors import Conflict
from assay.proposals import notes, queries, reservations, seen_versions
from assay.proposals.snooze import snooze
from assay.web.auth import Account, Caller, allow
from assay.web.decisions import raise_refusal
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Moment, Notes, RequestModel
from assay.web.paging import with_version
from assay.web.state import Session, State
from assay.web.views.groups import GroupView
from assay.web.views.paging import PageOf
from assay.web.views.screen import ClaimView, ReviewScreen
from assay.web.views.screen_contents import screen

router = APIRouter(prefix="/review", tags=["review"], route_class=Route)
to_read, to_review = [allow(Scope.READ)], [allow(Scope.REVIEW)]


class Snooze(RequestModel):
    """`until`: a moment of the next year; null calls it back."""

    until: Moment | None
    notes: Notes | None = None


class Note(RequestModel):
    notes: Annotated[Notes, Field(min_length=1)]


class SeenAt(RequestModel):
    version: Annotated[int, Field(ge=1, le=2**53)]


class ClaimOf(ClaimView):
    """A claim in the list of all."""

    proposal_id: UUID


class Snoozed(RequestModel):
    id: UUID
    snoozed_until: datetime | None


@router.get("/claims", dependencies=to_read)
async def list_claims(session: Session) -> PageOf[ClaimOf]:
    """Who reads what now, on one page, up to 1,000."""
    found = await reservations.all_of_them(session)
    return PageOf[ClaimOf](items=[ClaimOf.model_validate(each) for each in found], next=None)


@router.get("/{proposal_id}", dependencies=to_read, responses=documented(404))
async def get_review_screen(
    proposal_id: UUID,
    session: Session,
    state: State,
    who: Account,
    response: Response,
    against: Annotated[UUID | None, Query(description="What to set it beside; absent: what it is like.")] = None,
) -> ReviewScreen:
    """All that a person needs to decide on a proposal of either kind, in one answer."""
    proposal = await queries.get(session, proposal_id)
    with_version(response, proposal.version)
    return await screen(session, proposal, state.settings, who, against)


@router.get("/{proposal_id}/group", dependencies=to_read)
async def get_group(proposal_id: UUID, session: Session) -> GroupView | None:
    """What waits and says the same, to be decided as one; null where that is nothing."""
    found = await groups.holding(session, proposal_id)
    return GroupView.model_validate(found) if found else None


@router.put("/{proposal_id}/claim", dependencies=to_review, responses=documented(404, 409))
async def claim_proposal(proposal_id: UUID, session: Write, actor: Caller) -> ClaimView:
    """Say that you read it, for five minutes. Where somebody else does, the answer is their claim."""
    proposal = await queries.get(session, proposal_id)
    found = await reservations.reserve(session, proposal_id, actor=actor)
    if found is None:
        raise Conflict(f"It is {_state(proposal)}: there is nothing to decide.")
    return ClaimView.model_validate(found)


def _state(proposal: Proposal) -> str:
    return "decided" if proposal.status is ProposalStatus.PENDING else proposal.status.value


@router.delete("/{proposal_id}/claim", dependencies=to_review, status_code=HTTPStatus.NO_CONTENT)
async def release_proposal(proposal_id: UUID, session: Write, actor: Caller) -> None:
    """End your claim. Nothing happens where you have none."""
    await reservations.release(session, proposal_id, actor=actor)


@router.put("/{proposal_id}/snooze", dependencies=to_review, responses=documented(404, 409))
async def snooze_proposal(proposal_id: UUID, asked: Snooze, session: Write, actor: Caller) -> Snoozed:
    """Put it off until a moment, for everybody. Then it comes back on top."""
    outcomes = await snooze(session, [proposal_id], asked.until, actor=actor, notes=asked.notes)
    raise_refusal(outcomes, proposal_id)
    return Snoozed(id=proposal_id, snoozed_until=asked.until)


@router.post(
    "/{proposal_id}/notes", dependencies=to_review, status_code=HTTPStatus.NO_CONTENT, responses=documented(404, 409)
)
async def note_on_proposal(proposal_id: UUID, asked: Note, session: Write, actor: Caller) -> None:
    """Say something about it without deciding. It stands in its history, and its version stays."""
    await notes.add(session, await queries.get(session, proposal_id), asked.notes, actor=actor)


@router.put("/{proposal_id}/seen", dependencies=to_read, status_code=HTTPStatus.NO_CONTENT, responses=documented(404))
async def see_proposal(proposal_id: UUID, asked: SeenAt, session: Write, actor: Caller) -> None:
    """Say which version you have seen, so that the screen tells what changed since."""
    await seen_versions.mark(session, await queries.get(session, proposal_id), asked.version, actor=actor)
