"""Deciding on many proposals of both kinds, a portion at a time: preview, progress and undo."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import BulkDecision, Scope
from assay.duplicates import groups
from assay.duplicates.groups import Rest
from assay.errors import Conflict, InvalidInput
from assay.proposals import bulk
from assay.proposals.bulk import BulkAction, BulkOrder
from assay.proposals.gate import unique
from assay.proposals.lists import pages
from assay.proposals.outcomes import Outcome, Refusal
from assay.web.api.v1.bulk import MAX_SELECTED, Version, one_at_a_time
from assay.web.api.v1.review_queue import QueueFilter
from assay.web.auth import Caller, allow
from assay.web.decisions import rehearsed
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Moment, Notes, RequestModel, ResponseModel, UserId
from assay.web.state import Session
from assay.web.views.outcomes import BulkAnswer
from assay.web.views.paging import PageOf

SHOWN: Final = 50
EXAMPLES: Final = 5

router = APIRouter(
    prefix="/review", tags=["review"], route_class=Route, dependencies=[allow(Scope.REVIEW)], responses=documented(404)
)


class BulkRequest(RequestModel):
    """What to do, with either `ids` or a `filter`. Of the arguments those count that belong to the action."""

    action: BulkAction
    ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_SELECTED)] | None = None
    versions: Annotated[dict[UUID, Version], Field(max_length=MAX_SELECTED)] = Field(
        default_factory=dict, description="By id: refused where the proposal has another version now."
    )
    filter: QueueFilter | None = None
    notes: Notes | None = None
    with_topics: bool = Field(False, description="Of an approval: also the pending topics.")
    into: UUID | None = Field(None, description="Of a merge; null: each into the knowledge that it repeats.")
    to: UserId | None = Field(None, description="Who is to decide; null: nobody.")
    until: Moment | None = Field(None, description="Until when they are put off; null: they are called back.")

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or a filter")
        return self

    def order(self) -> BulkOrder:
        given = self.model_dump(include={"action", "notes", "with_topics", "into", "to", "until", "versions"})
        return BulkOrder(**given)


class BulkBeginning(BulkRequest):
    """With a filter also what the preview said of it."""

    expected_count: Annotated[int, Field(ge=0, le=MAX_SELECTED)] | None = None
    revision: Annotated[str, Field(max_length=64, pattern="^[0-9a-f]*$")] | None = None

    @model_validator(mode="after")
    def _was_looked_at(self) -> Self:
        if self.filter and (self.expected_count is None or self.revision is None):
            raise ValueError("with a filter give expected_count and revision, as the preview answers them")
        return self


class RefusalsOfAKind(ResponseModel):
    """`example`: the sentence of the first of them."""

    refusal: Refusal
    count: int
    example: str
    ids: list[UUID] = Field(description=f"the first {EXAMPLES}")


class BulkPreview(ResponseModel):
    """What would become of it. `revision` stands for exactly these proposals in exactly this state."""

    count: int
    revision: str | None
    would_be_done: int
    would_be_refused: int
    refusals: list[RefusalsOfAKind]


class BulkProgress(ResponseModel):
    """How far it is. `refusals`: by id of the proposal the sentence that says why."""

    id: UUID
    action: BulkAction
    total: int
    taken: int = Field(description="carried out or refused so far")
    done: int
    refused: int
    refusals: dict[UUID, str]
    undoes: UUID | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, found: BulkDecision) -> Self:
        return cls(
            id=found.id,
            action=BulkAction(found.action),
            total=len(found.proposal_ids),
            taken=found.taken,
            done=len(found.done_ids),
            refused=len(found.refusals),
            refusals=found.refusals,
            undoes=found.undoes_id,
            created_at=found.created_at,
            finished_at=found.finished_at,
        )


class GroupDecision(RequestModel):
    """The middle is approved unless it is knowledge; what says the same is merged into it, or rejected."""

    rest: Rest = "merge"
    notes: Notes | None = None
    with_topics: bool = Field(False, description="Of an atom also the pending topic that it belongs to.")


class GroupAnswer(BulkAnswer):
    """`bulk_id`: by which the whole of it is undone."""

    bulk_id: UUID


@router.post("/bulk/preview", dependencies=[one_at_a_time])
async def preview_bulk(asked: BulkRequest, session: Write, actor: Caller) -> BulkPreview:
    """What would become of it, in counts. Nothing is changed."""
    ids, revision = await _meant(session, asked)

    async def act(meant: Sequence[UUID]) -> list[Outcome]:
        return await bulk.act(session, asked.order(), meant, actor=actor)

    outcomes = await rehearsed(session, act, ids)
    done = sum(each.done for each in outcomes)
    return BulkPreview(
        count=len(ids),
        revision=revision,
        would_be_done=done,
        would_be_refused=len(outcomes) - done,
        refusals=_by_kind(outcomes),
    )


@router.post("/bulk", status_code=HTTPStatus.CREATED)
async def begin_bulk(asked: BulkBeginning, session: Write, actor: Caller) -> BulkProgress:
    """Note what is to be done. It is done portion by portion: ask for the next until `finished_at` is set."""
    ids, revision = await _meant(session, asked)
    if asked.filter and (asked.expected_count, asked.revision) != (len(ids), revision):
        facts: dict[str, Any] = {"count": len(ids), "revision": revision}
        raise Conflict("The proposals matching this filter have changed since the preview: run it again.", **facts)
    return BulkProgress.of(await bulk.begin(session, asked.order(), ids, actor=actor))


@router.post("/bulk/{bulk_id}/next")
async def continue_bulk(bulk_id: UUID, session: Write, actor: Caller) -> BulkProgress:
    """Carry out the next portion. A portion is done as a whole, or not at all."""
    return BulkProgress.of(await bulk.advance(session, bulk_id, actor=actor))


@router.post("/bulk/{bulk_id}/undo", status_code=HTTPStatus.CREATED)
async def undo_bulk(bulk_id: UUID, session: Write, actor: Caller) -> BulkProgress:
    """Begin to undo what it did so far. It is a bulk decision itself, to be carried on like any other."""
    return BulkProgress.of(await bulk.undo(session, bulk_id, actor=actor))


@router.get("/bulk")
async def list_bulk(session: Session, actor: Caller) -> PageOf[BulkProgress]:
    """Your last 50, the newest first."""
    found = await bulk.latest(session, actor=actor, limit=SHOWN)
    return PageOf[BulkProgress](items=[BulkProgress.of(each) for each in found], next=None)


@router.get("/bulk/{bulk_id}")
async def get_bulk(bulk_id: UUID, session: Session, actor: Caller) -> BulkProgress:
    """How far one of yours is."""
    return BulkProgress.of(await bulk.mine(session, bulk_id, actor=actor))


@router.post("/groups/{centre_id}/decide")
async def decide_group(centre_id: UUID, asked: GroupDecision, session: Write, actor: Caller) -> GroupAnswer:
    """One decision on all that says the same. What says something else, solves or contradicts it stays."""
    outcomes = await groups.decide(
        session, centre_id, rest=asked.rest, actor=actor, notes=asked.notes, with_topics=asked.with_topics
    )
    noted = await bulk.note_group(session, outcomes, actor=actor)
    return GroupAnswer(**dict(BulkAnswer.of(outcomes, dry_run=False)), bulk_id=noted.id)


async def _meant(session: AsyncSession, asked: BulkRequest) -> tuple[Sequence[UUID], str | None]:
    """Raises InvalidInput where a filter means too many."""
    if asked.filter is None:
        return unique(asked.ids or []), None
    found = await pages.extent(session, asked.filter.wanted(), most=MAX_SELECTED)
    if len(found.ids) > MAX_SELECTED:
        raise InvalidInput(f"More than {MAX_SELECTED:,} proposals match this filter: narrow it.")
    return found.ids, found.revision


def _by_kind(outcomes: Sequence[Outcome]) -> list[RefusalsOfAKind]:
    counted = Counter(each.refusal for each in outcomes if each.refusal)
    return [_of_a_kind(kind, [each for each in outcomes if each.refusal is kind]) for kind, _ in counted.most_common()]


def _of_a_kind(refusal: Refusal, refused: Sequence[Outcome]) -> RefusalsOfAKind:
    ids = [each.id for each in refused[:EXAMPLES]]
    return RefusalsOfAKind(refusal=refusal, count=len(refused), example=refused[0].message, ids=ids)
