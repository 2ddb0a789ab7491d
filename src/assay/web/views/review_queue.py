"""The queue of both kinds: slim rows, in the order in which people want to decide."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import people
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.headlines import segments
from assay.db.models import DedupState, ProposalStatus, SimilarityType, User
from assay.kinds import AtomType, Kind
from assay.proposals import reservations, worth
from assay.proposals.lists import pages
from assay.proposals.lists.filters import Filter, PageEnd, Sort
from assay.proposals.reservations import Reservation
from assay.proposals.rows import Row, rows
from assay.proposals.worth import WorthPlace
from assay.review.policy import Hold
from assay.settings import Settings
from assay.web.models import Decided, Moment, ResponseModel
from assay.web.views.cursors import cursor, place
from assay.web.views.paging import PageOf
from assay.web.views.queue import PLACES, reasons_to_wait
from assay.web.views.records import NamedUser, Segment
from assay.web.views.screen import ClaimView
from assay.web.views.screen_contents import expiry

BY_WORTH: Final[Any] = tuple[Moment, Annotated[int, Field(ge=0, le=10_000)], Moment, UUID]


class QueueSort(StrEnum):
    """The orders of the queue. `worth`: what is worth deciding first."""

    WORTH = "worth"
    OLDEST = "created_at"
    NEWEST = "-created_at"
    LEAST_SURE = "confidence"
    SUREST = "-confidence"


class LikeView(ResponseModel):
    """What it is like: knowledge, or an earlier proposal."""

    id: UUID
    title: str
    is_entity: bool
    type: SimilarityType
    score: float


class HighlightView(ResponseModel):
    """The words that were searched for."""

    title: list[Segment]
    body: list[Segment]


class QueueRow(ResponseModel):
    """A proposal as the list of all shows it."""

    id: UUID
    kind: Kind
    title: str
    excerpt: str = Field(description="the first 200 characters of its body")
    type: AtomType | None
    topic: str | None
    confidence: float
    status: ProposalStatus
    version: int
    dedup_state: DedupState
    like: LikeView | None
    held: list[Hold]
    source: str | None
    channel: str | None
    created_at: datetime
    expires_at: datetime | None
    snoozed_until: datetime | None
    came_back: bool = Field(description="it was put off, and that is over")
    assignee: NamedUser | None
    claim: ClaimView | None
    changed: bool = Field(description="since you saw it")
    notes: int
    waiting: int = Field(description="pending atoms that wait for this topic")
    repeats: int = Field(description="later pending ones that are like it, or like the same knowledge")
    decision: Decided | None
    highlight: HighlightView | None


async def page(
    session: AsyncSession,
    wanted: Filter,
    *,
    sort: QueueSort,
    after: str | None,
    limit: int,
    actor: Actor,
    settings: Settings,
) -> PageOf[QueueRow]:
    """Raises InvalidInput for a cursor that is none."""
    ids, following = await ordered(session, wanted, sort=sort, after=after, limit=limit, settings=settings)
    return PageOf[QueueRow](
        items=await _shown(session, ids, actor=actor, words=wanted.words, settings=settings), next=following
    )


async def ordered(
    session: AsyncSession, wanted: Filter, *, sort: QueueSort, after: str | None, limit: int, settings: Settings
) -> tuple[Sequence[UUID], str | None]:
    """The ids of a page, and the cursor of the next. Raises InvalidInput for a cursor that is none."""
    of = f"queue of {' and '.join(wanted.kinds)} by {sort}"
    if sort is QueueSort.WORTH:
        begin = place(after, of, BY_WORTH)
        lifetime = timedelta(days=settings.knowledge_proposal_expiration_days)
        ids, rest = await worth.page(
            session,
            wanted,
            lifetime=lifetime,
            after=WorthPlace(*begin) if begin else None,
            at=now(),
            limit=limit,
        )
        return ids, cursor(rest, of)
    plain = Sort(sort.value)
    start = place(after, of, PLACES[plain])
    found, end = await pages.ids(session, wanted, sort=plain, after=PageEnd(*start) if start else None, limit=limit)
    return found, cursor(end, of)


async def _shown(
    session: AsyncSession, ids: Sequence[UUID], *, actor: Actor, words: str | None, settings: Settings
) -> list[QueueRow]:
    found = await rows(session, ids, user_id=actor.user_id, words=words)
    held = await reasons_to_wait(session, ids, settings)
    reading = await reservations.of(session, ids)
    who = (user for row in found for user in (row.assignee_user_id, row.reviewed_by_user_id))
    names = await people.named(session, who)
    at = now()
    return [_row(each, held.get(each.id, []), reading.get(each.id), names, settings, at) for each in found]


def _row(
    row: Row, held: list[Hold], claim: Reservation | None, names: dict[int, User], settings: Settings, at: datetime
) -> QueueRow:
    assignee = names.get(row.assignee_user_id or 0)
    shown = {name: getattr(row, name) for name in QueueRow.model_fields if hasattr(row, name)}
    return QueueRow(
        **shown,
        like=_like(row),
        held=held,
        expires_at=expiry(row.status, row.refreshed_at, settings),
        came_back=row.snoozed_until is not None and row.snoozed_until <= at,
        assignee=NamedUser.model_validate(assignee) if assignee else None,
        claim=ClaimView.model_validate(claim) if claim else None,
        changed=row.seen_version is not None and row.seen_version < row.version,
        decision=_decision(row, names),
        highlight=_highlight(row),
    )


def _like(row: Row) -> LikeView | None:
    if row.like_id is None or row.similarity_type is None or row.similarity_score is None:
        return None
    return LikeView(
        id=row.like_id,
        title=row.like_title or "",
        is_entity=row.like_is_entity,
        type=row.similarity_type,
        score=row.similarity_score,
    )


def _decision(row: Row, names: dict[int, User]) -> Decided | None:
    if row.reviewed_at is None or row.reviewed_by_user_id is None:
        return None
    return Decided(by=names[row.reviewed_by_user_id].name, action=row.review_action or row.status, at=row.reviewed_at)


def _highlight(row: Row) -> HighlightView | None:
    if row.marked_title is None or row.marked_body is None:
        return None
    return HighlightView(title=_segments(row.marked_title), body=_segments(row.marked_body))


def _segments(marked: str) -> list[Segment]:
    return [Segment(text=words, hit=hit) for words, hit in segments(marked)]
