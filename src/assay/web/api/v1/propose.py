"""Proposing: one router, mounted for topics and for atoms."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from assay.ai.extractor import AtomDraft, Extraction, Quote, TopicDraft
from assay.db.models import Scope
from assay.extraction.manual import propose_manually
from assay.kinds import TRAITS, AtomType, Kind
from assay.proposals.lists import pages
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Meta, RequestModel, ResponseModel, Share, Text
from assay.web.views.proposals import SCHEMAS, Body, Color, Icon, Keywords, KindSchemas, Name, Title

MAX_PROPOSALS: Final = 100
MAX_QUOTES: Final = 20

Reasoning = Annotated[Text, StringConstraints(max_length=2_000)]


class Quoted(RequestModel):
    """Words of a message. They are looked for there; what is not found is kept, and never approved by the system."""

    message_id: UUID
    quote: Annotated[Text, StringConstraints(min_length=1, max_length=2_000)]

    def as_quote(self) -> Quote:
        return Quote(self.message_id, self.quote)


class NewProposal(RequestModel):
    confidence: Share
    """As you see it. What counts is weighed by the evidence."""
    reasoning: Reasoning = ""
    evidence: Annotated[list[Quoted], Field(max_length=MAX_QUOTES)] = Field(default_factory=list)

    def common(self) -> dict[str, Any]:
        quotes = [each.as_quote() for each in self.evidence]
        return {"confidence": self.confidence, "reasoning": self.reasoning, "quotes": quotes}

    def drafted(self) -> TopicDraft | AtomDraft:
        raise NotImplementedError


class NewTopicProposal(NewProposal):
    proposed_name: Name
    proposed_description: Body = ""
    proposed_icon: Icon | None = None
    proposed_color: Color | None = None
    proposed_keywords: Keywords = Field(default_factory=list)

    def drafted(self) -> TopicDraft:
        return TopicDraft(
            name=self.proposed_name,
            description=self.proposed_description,
            icon=self.proposed_icon,
            color=self.proposed_color,
            keywords=self.proposed_keywords,
            **self.common(),
        )


class NewAtomProposal(NewProposal):
    proposed_type: AtomType
    proposed_title: Title
    proposed_content: Body = ""
    proposed_meta: Meta = Field(default_factory=dict)
    proposed_topic: Name | None = None

    def drafted(self) -> AtomDraft:
        return AtomDraft(
            type=self.proposed_type,
            title=self.proposed_title,
            content=self.proposed_content,
            topic=self.proposed_topic,
            meta=self.proposed_meta,
            **self.common(),
        )


View = TypeVar("View")


class Proposed(ResponseModel, Generic[View]):
    items: list[View]


NEW: Final[dict[Kind, type[NewProposal]]] = {Kind.TOPIC: NewTopicProposal, Kind.ATOM: NewAtomProposal}


def extraction_of(drafts: Sequence[TopicDraft | AtomDraft]) -> Extraction:
    return Extraction(
        topics=[each for each in drafts if isinstance(each, TopicDraft)],
        atoms=[each for each in drafts if isinstance(each, AtomDraft)],
    )


def router_for(schemas: KindSchemas) -> APIRouter:
    kind = schemas.kind
    view: Any = schemas.view
    shape, plural = NEW[kind], TRAITS[kind].plural
    router = APIRouter(
        prefix=f"/knowledge/{plural}/proposals",
        tags=[f"{kind} proposals"],
        route_class=Route,
        dependencies=[allow(Scope.PROPOSE)],
        responses=documented(409),
    )
    asked_for: Any = Annotated[list[shape], Field(min_length=1, max_length=MAX_PROPOSALS)]  # type: ignore[valid-type]

    @router.post("", status_code=HTTPStatus.CREATED, response_model=Proposed[view], name=f"propose_{plural}")
    async def propose(asked: asked_for, session: Write, actor: Caller) -> Any:
        """Propose one or several. Whoever proposes does not decide."""
        ids = await propose_manually(session, extraction_of([each.drafted() for each in asked]), actor=actor)
        return {"items": await pages.in_order(session, ids)}

    return router


routers = [router_for(each) for each in SCHEMAS]
