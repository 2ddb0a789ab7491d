"""What somebody claims to be knowledge: one table, two kinds."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, synonym

from assay.db.base import Base, new_id
from assay.db.models.entities import WORDS
from assay.kinds import AtomType, Kind


class ProposalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    MERGED = "merged"


class ReviewAction(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    MERGE = "merge"
    EDIT = "edit"
    EXPIRED = "expired"
    REVERTED = "reverted"
    WITHDRAWN = "withdrawn"
    UNLIKELY = "unlikely"
    """Put away as it was found: kept to be looked at."""


class Recommendation(StrEnum):
    NEW = "new"
    MERGE = "merge"
    REJECT = "reject"


class DedupState(StrEnum):
    """Four different things: "not looked at" is not "nothing found", nor is "the look failed"."""

    UNCHECKED = "unchecked"
    CLEAR = "clear"
    DUPLICATE = "duplicate"
    ERROR = "error"


class SimilarityType(StrEnum):
    EXACT = "exact"
    FUZZY = "fuzzy"
    SEMANTIC = "semantic"
    UPDATE = "update"


MAX_FAILURES = 5
MAX_REST = timedelta(days=1)
"""More than the machine ever rests after a failure. A longer rest was written by a clock that was ahead: it is over."""
PENDING = text("status = 'pending'")
UNDECIDED = text("reviewed_at IS NULL")
"""The same in other words: PostgreSQL does not intersect two indexes that are partial by the same condition."""
AUTO_APPROVED = text("auto_approved AND status = 'approved'")
UPDATED: Final = (
    """jsonb_path_query_array(candidates, '$[*] ? (@."type" == "update" && @."dismissed" == false)."id"'::jsonpath)"""
)
"""The ids of what a proposal says something else about."""
AUTO_REVERTED = text("auto_reverted")
CONTRADICTING = text("""proposed_links @> '[{"link_type": "contradicts"}]'""")
FAILING = text("failures > 0 AND status = 'pending'")
NEEDS_ATTENTION = text(f"status = 'pending' AND failures >= {MAX_FAILURES}")
SNOOZED = text("status = 'pending' AND snoozed_until IS NOT NULL")
ASSIGNED = text("status = 'pending' AND assignee_user_id IS NOT NULL")
FACETS = ("dedup_state", "extraction_run_id", "source", "channel", "atom_type")
"""The columns by which the queue can be narrowed, each with an index for each order of the queue."""


class Proposal(Base):
    """A topic or an atom in waiting. An entity made from it keeps its id."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        CheckConstraint("stated_confidence BETWEEN 0 AND 1", name="stated_confidence"),
        CheckConstraint("similarity_score BETWEEN 0 AND 1", name="similarity_score"),
        CheckConstraint("(status = 'approved') = (created_entity_id IS NOT NULL)", name="approved_has_entity"),
        CheckConstraint("(status = 'merged') = (merged_into_entity_id IS NOT NULL)", name="merged_has_target"),
        CheckConstraint("(status = 'pending') = (reviewed_at IS NULL)", name="decided_has_date"),
        Index("ix_proposals_pending_age", "kind", "created_at", "id", postgresql_where=PENDING),
        Index("ix_proposals_pending_confidence", "kind", "confidence", "created_at", postgresql_where=PENDING),
        Index("ix_proposals_pending_dedup", "dedup_state", "created_at", "id", postgresql_where=PENDING),
        Index("ix_proposals_pending_expiry", "refreshed_at", "id", postgresql_where=PENDING),
        Index("ix_proposals_pending_key", "identity_key", "kind", postgresql_where=PENDING),
        Index("ix_proposals_pending_title", "title_key", "kind", postgresql_where=PENDING),
        Index(
            "ix_proposals_pending_title_trgm",
            "title_key",
            postgresql_using="gin",
            postgresql_ops={"title_key": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
            postgresql_where=PENDING,
        ),
        Index(
            "ix_proposals_pending_updates",
            text(f"({UPDATED})"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=UNDECIDED,
        ),
        Index("ix_proposals_auto_approved", "reviewed_at", postgresql_where=AUTO_APPROVED),
        Index("ix_proposals_auto_reverted", "kind", postgresql_where=AUTO_REVERTED),
        Index("ix_proposals_contradicting", "id", postgresql_where=CONTRADICTING),
        Index(
            "ix_proposals_contradicted",
            "proposed_links",
            postgresql_using="gin",
            postgresql_ops={"proposed_links": "jsonb_path_ops"},
            postgresql_with={"fastupdate": "off"},
            postgresql_where=CONTRADICTING,
        ),
        Index("ix_proposals_failing", "id", postgresql_where=FAILING),
        Index("ix_proposals_status_age", "kind", "status", "created_at", "id"),
        Index("ix_proposals_status_confidence", "kind", "status", "confidence", "id"),
        *(
            Index(f"ix_proposals_pending_{facet}_{order}", "kind", facet, column, "id", postgresql_where=PENDING)
            for facet in FACETS
            for order, column in (("age", "created_at"), ("confidence", "confidence"))
        ),
        *(
            Index(f"ix_proposals_assigned_{order}", "kind", "assignee_user_id", column, "id", postgresql_where=ASSIGNED)
            for order, column in (("age", "created_at"), ("confidence", "confidence"))
        ),
        Index("ix_proposals_attention_age", "kind", "created_at", "id", postgresql_where=NEEDS_ATTENTION),
        Index("ix_proposals_attention_confidence", "kind", "confidence", "id", postgresql_where=NEEDS_ATTENTION),
        Index("ix_proposals_snoozed", "kind", "snoozed_until", "id", postgresql_where=SNOOZED),
        Index(
            "ix_proposals_pending_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=UNDECIDED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[Kind]
    extraction_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("extraction_runs.id"), index=True)
    proposed_by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    proposed_by_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_tokens.id"))
    edited_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who changed last what it claims, which is theirs from then on."""
    edited_by_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_tokens.id"))
    title: Mapped[str]
    body: Mapped[str]
    title_key: Mapped[str]
    identity_key: Mapped[str] = mapped_column(String(64))

    icon: Mapped[str | None]
    color: Mapped[str | None]
    keywords: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))

    atom_type: Mapped[AtomType | None]
    meta: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    proposed_links: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    topic_entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("entities.id"), index=True)
    topic_proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    topic_name: Mapped[str | None]
    topic_key: Mapped[str | None]
    """The folded name: finds a topic that is approved later under this name."""

    stated_confidence: Mapped[float]
    confidence: Mapped[float]
    reasoning: Mapped[str] = mapped_column(server_default="")
    source_message_ids: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"))
    source: Mapped[str | None]
    """Where it was said first, as far as it is known."""
    channel: Mapped[str | None]
    llm_recommendation: Mapped[Recommendation] = mapped_column(server_default=Recommendation.NEW)

    status: Mapped[ProposalStatus] = mapped_column(server_default=ProposalStatus.PENDING)
    assignee_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who is to decide on it."""
    snoozed_until: Mapped[datetime | None]
    """A person put it off until then. The machine does not mind."""
    reviewed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    reviewed_at: Mapped[datetime | None]
    review_action: Mapped[ReviewAction | None]
    review_notes: Mapped[str | None]
    created_entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("entities.id"), index=True)
    merged_into_entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("entities.id"), index=True)
    auto_approved: Mapped[bool] = mapped_column(server_default=text("false"))
    """The system approved it once."""
    auto_reverted: Mapped[bool] = mapped_column(server_default=text("false"))
    """What the system approved last was undone since."""

    dedup_state: Mapped[DedupState] = mapped_column(server_default=DedupState.UNCHECKED)
    dedup_checked_at: Mapped[datetime | None]
    dedup_scorer: Mapped[str | None]
    """Embedding model and scorer that gave the state: under another one it must be looked at anew."""
    similar_entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("entities.id"), index=True)
    similar_proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    similarity_score: Mapped[float | None]
    similarity_type: Mapped[SimilarityType | None]
    similarity_explanation: Mapped[str | None]
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    """The nearest items of the last scan, best first, at most five."""

    unsupported: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """What its evidence does not say, or says and the claim leaves out, each in words for a person."""
    standing: Mapped[str | None]
    """How its words stand in their talk, as the machine last read it before approving: see `ai.grounding.standing`."""
    standing_because: Mapped[str | None]
    standing_at: Mapped[datetime | None]

    failures: Mapped[int] = mapped_column(server_default=text("0"))
    """Failed attempts of the machine in a row. At MAX_FAILURES it waits for a person."""
    retry_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    words: Mapped[str | None] = mapped_column(TSVECTOR, Computed(WORDS, persisted=True), deferred=True)
    """What a search looks through. Kept, for to find it out row by row takes longer than all else of a search."""
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    refreshed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Creation, reopening or the newest evidence: where the expiry clock starts."""
    erased_at: Mapped[datetime | None]
    """Its text was erased together with the messages it rested on. Nothing can be decided on it any more."""

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012

    @property
    def needs_attention(self) -> bool:
        return self.failures >= MAX_FAILURES


class TopicProposal(Proposal):
    """A proposed topic, with the contract's names."""

    proposed_name = synonym("title")
    proposed_description = synonym("body")
    proposed_icon = synonym("icon")
    proposed_color = synonym("color")
    proposed_keywords = synonym("keywords")

    __mapper_args__ = {"polymorphic_identity": Kind.TOPIC}  # noqa: RUF012


class AtomProposal(Proposal):
    """A proposed atom, with the contract's names."""

    proposed_type = synonym("atom_type")
    proposed_title = synonym("title")
    proposed_content = synonym("body")
    proposed_meta = synonym("meta")

    @property
    def proposed_topic(self) -> dict[str, Any]:
        """An approved topic, or a pending proposal of one, or only a name."""
        return {"entity_id": self.topic_entity_id, "proposal_id": self.topic_proposal_id, "name": self.topic_name}

    __mapper_args__ = {"polymorphic_identity": Kind.ATOM}  # noqa: RUF012
