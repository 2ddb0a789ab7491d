"""Merging, looked at before it is done: of proposals into knowledge, and of knowledge into knowledge, and back."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import Scope
from assay.kinds import TRAITS, Kind
from assay.knowledge import actions as knowledge
from assay.knowledge.restore import expect_revision
from assay.proposals.merge import actions as merging
from assay.proposals.merge.fields import Choice
from assay.proposals.merge.plan import Planned
from assay.proposals.merge.preview import previews
from assay.web.api.v1.proposals import of_kind
from assay.web.auth import Caller, allow
from assay.web.decisions import raise_refusal
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Notes, RequestModel, Words
from assay.web.paging import IfMatch, version_read, with_version
from assay.web.views import entity_detail
from assay.web.views.knowledge import BY_KIND
from assay.web.views.merging import MergePreview

MAX_FIELDS = 20
Fields = Annotated[
    dict[Words, Choice],
    Field(max_length=MAX_FIELDS, description="By name: `keep` the target's, `take` the other's, or `both` united."),
]


class Merge(RequestModel):
    """A merge. Of a field that is not named the target's value is kept."""

    into: UUID
    """The topic or atom that says it already."""
    fields: Fields = Field(default_factory=dict)
    notes: Notes | None = None


class Unmerge(RequestModel):
    """Why, for the trail."""

    notes: Notes | None = None


def of_proposals(kind: Kind) -> APIRouter:
    router = APIRouter(
        prefix=f"/knowledge/{TRAITS[kind].plural}/proposals/{{proposal_id}}",
        tags=[f"{kind} proposals"],
        route_class=Route,
        dependencies=[allow(Scope.REVIEW)],
        responses=documented(404, 409),
    )

    @router.post("/merge/preview", name=f"preview_{kind}_proposal_merge")
    async def preview(proposal_id: UUID, asked: Merge, session: Write, actor: Caller) -> MergePreview:
        """What the merge would do, field by field. Nothing is changed."""
        await of_kind(session, kind, proposal_id)
        planned = await merging.plan_merge(session, {proposal_id: asked.into}, actor=actor, choices=asked.fields)
        return await _previewed(session, planned, proposal_id)

    return router


def of_entities(kind: Kind) -> APIRouter:
    plural, view = TRAITS[kind].plural, BY_KIND[kind]
    router = APIRouter(
        prefix=f"/knowledge/{plural}/{{entity_id}}",
        tags=[plural],
        route_class=Route,
        dependencies=[allow(Scope.REVIEW)],
        responses=documented(404, 409, 412),
    )

    @router.post("/merge/preview", name=f"preview_{kind}_merge")
    async def preview(entity_id: UUID, asked: Merge, session: Write) -> MergePreview:
        """What the merge would do, field by field. Nothing is changed."""
        planned = await knowledge.plan_merge(session, {entity_id: asked.into}, choices=asked.fields, kind=kind)
        return await _previewed(session, planned, entity_id)

    @router.post("/merge", response_model=view, name=f"merge_{kind}")
    async def merge(
        entity_id: UUID, asked: Merge, session: Write, actor: Caller, response: Response, if_match: IfMatch = None
    ) -> Any:
        """Merge it into another, which is answered. Its id leads there from now on."""
        await _expect(session, kind, entity_id, if_match)
        targets = {entity_id: asked.into}
        [outcome] = await knowledge.merge(
            session, targets, actor=actor, notes=asked.notes, choices=asked.fields, kind=kind
        )
        raise_refusal([outcome], entity_id)
        return await _answer(session, kind, outcome.entity_id or asked.into, response)

    @router.post("/unmerge", response_model=view, name=f"unmerge_{kind}")
    async def unmerge(
        entity_id: UUID, asked: Unmerge, session: Write, actor: Caller, response: Response, if_match: IfMatch = None
    ) -> Any:
        """Take its merge back: both are as they were, and what was done since stays."""
        await _expect(session, kind, entity_id, if_match)
        raise_refusal(await knowledge.unmerge(session, [entity_id], actor=actor, notes=asked.notes), entity_id)
        return await _answer(session, kind, entity_id, response)

    return router


async def _expect(session: AsyncSession, kind: Kind, entity_id: UUID, if_match: str | None) -> None:
    """Nobody decides from here on. Raises NotFound, and Stale where it changed since it was read."""
    await hold_until_commit(session, DECISIONS)
    found = await entity_detail.entity(session, kind, entity_id)
    expect_revision(kind, version_read(if_match), found["revision"])


async def _answer(session: AsyncSession, kind: Kind, entity_id: UUID, response: Response) -> Any:
    found = await entity_detail.entity(session, kind, entity_id)
    with_version(response, found["revision"])
    return BY_KIND[kind].of(found)


async def _previewed(session: AsyncSession, planned: Planned, source: UUID) -> MergePreview:
    raise_refusal(planned.outcomes, source)
    [found] = await previews(session, planned)
    return MergePreview.model_validate(found)


routers: Sequence[APIRouter] = [make(kind) for kind in Kind for make in (of_proposals, of_entities)]
