"""What proposals look like from outside, by kind. The names are those of the contract."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from assay.ai.grounding.verdict import Verdict
from assay.db.models import (
    AtomProposal,
    DedupState,
    ProposalStatus,
    Recommendation,
    ReviewAction,
    SimilarityType,
    TopicProposal,
)
from assay.errors import InvalidInput
from assay.kinds import TOPIC_COLORS, TOPIC_ICONS, TRAITS, AtomType, Kind, LinkType
from assay.review.policy import Hold
from assay.web.models import Meta, Notes, RequestModel, ResponseModel, Text

NAME_LIMIT = TRAITS[Kind.TOPIC].title_limit
TITLE_LIMIT = TRAITS[Kind.ATOM].title_limit
BODY_LIMIT = 20_000

Name = Annotated[Text, StringConstraints(min_length=1, max_length=NAME_LIMIT)]
Title = Annotated[Text, StringConstraints(min_length=1, max_length=TITLE_LIMIT)]
Body = Annotated[Text, StringConstraints(max_length=BODY_LIMIT)]
Icon = Annotated[str, Field(json_schema_extra={"enum": list(TOPIC_ICONS)}, pattern=f"^({'|'.join(TOPIC_ICONS)})$")]
Color = Annotated[str, Field(json_schema_extra={"enum": list(TOPIC_COLORS)}, pattern=f"^({'|'.join(TOPIC_COLORS)})$")]
Keyword = Annotated[Text, StringConstraints(min_length=1, max_length=50)]
Keywords = Annotated[list[Keyword], Field(max_length=10)]


class ProposedLinkView(ResponseModel):
    to: UUID
    link_type: LinkType
    strength: float


class ProposedTopic(ResponseModel):
    """The topic of an atom: an approved one, or a pending proposal of one, or only a name."""

    entity_id: UUID | None
    proposal_id: UUID | None
    name: str | None


class ProposalView(ResponseModel):
    """What every proposal has."""

    id: UUID
    kind: Kind
    extraction_run_id: UUID | None
    proposed_by_user_id: int
    stated_confidence: float
    confidence: float
    reasoning: str
    source_message_ids: list[UUID]
    source: str | None
    channel: str | None
    llm_recommendation: Recommendation
    unsupported: list[str]
    """What its evidence does not say, or says and it leaves out."""
    standing: Verdict | None
    """How its words stand in their talk; null for a topic, and before the machine would approve it otherwise."""
    standing_because: str | None
    status: ProposalStatus
    dedup_state: DedupState
    dedup_checked_at: datetime | None
    similar_entity_id: UUID | None
    similar_proposal_id: UUID | None
    similarity_score: float | None
    similarity_type: SimilarityType | None
    similarity_explanation: str | None
    needs_attention: bool
    failures: int
    last_error: str | None
    """On what the machine failed last."""
    retry_at: datetime | None
    assignee_user_id: int | None
    reviewed_by_user_id: int | None
    reviewed_at: datetime | None
    review_action: ReviewAction | None
    review_notes: str | None
    created_entity_id: UUID | None
    merged_into_entity_id: UUID | None
    version: int
    created_at: datetime


class TopicProposalView(ProposalView):
    proposed_name: str
    proposed_description: str
    proposed_icon: str | None
    proposed_color: str | None
    proposed_keywords: list[str]


class AtomProposalView(ProposalView):
    proposed_type: AtomType | None
    proposed_title: str
    proposed_content: str
    proposed_meta: dict[str, Any]
    proposed_topic: ProposedTopic
    proposed_links: list[ProposedLinkView]


class ListedProposal(ProposalView):
    """A proposal in a list."""

    held: list[Hold]
    """Why the system does not approve it alone; empty where it may, or where it is decided."""


class ListedTopicProposal(TopicProposalView, ListedProposal):
    pass


class ListedAtomProposal(AtomProposalView, ListedProposal):
    pass


class Change(RequestModel):
    """Other words for a pending proposal. What is left out stays."""

    notes: Notes | None = None

    def changes(self) -> dict[str, Any]:
        """By column. Raises InvalidInput where there are none."""
        names = type(self).columns()
        given = self.model_dump(exclude_unset=True, exclude={"notes"})
        if not given:
            raise InvalidInput(f"Nothing is to be changed: give at least one of {', '.join(names)}.")
        return {names[key]: value for key, value in given.items()}

    @classmethod
    def columns(cls) -> dict[str, str]:
        raise NotImplementedError


class TopicChange(Change):
    proposed_name: Name = ""
    proposed_description: Body = ""
    proposed_icon: Icon | None = None
    proposed_color: Color | None = None
    proposed_keywords: Keywords = Field(default_factory=list)

    @classmethod
    def columns(cls) -> dict[str, str]:
        return {
            "proposed_name": "title",
            "proposed_description": "body",
            "proposed_icon": "icon",
            "proposed_color": "color",
            "proposed_keywords": "keywords",
        }


class AtomChange(Change):
    proposed_type: AtomType = AtomType.INSIGHT
    proposed_title: Title = ""
    proposed_content: Body = ""
    proposed_meta: Meta = Field(default_factory=dict)
    proposed_topic: Name | None = None

    @classmethod
    def columns(cls) -> dict[str, str]:
        return {
            "proposed_type": "atom_type",
            "proposed_title": "title",
            "proposed_content": "body",
            "proposed_meta": "meta",
            "proposed_topic": "topic_name",
        }


@dataclass(frozen=True, slots=True)
class KindSchemas:
    """The shapes of one kind."""

    kind: Kind
    record: type[TopicProposal] | type[AtomProposal]
    view: type[ProposalView]
    listed: type[ListedProposal]
    change: type[Change]


SCHEMAS = (
    KindSchemas(Kind.TOPIC, TopicProposal, TopicProposalView, ListedTopicProposal, TopicChange),
    KindSchemas(Kind.ATOM, AtomProposal, AtomProposalView, ListedAtomProposal, AtomChange),
)
BY_KIND: Final = {each.kind: each for each in SCHEMAS}
