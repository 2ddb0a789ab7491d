"""Approved knowledge: topics, atoms, how they hang together, and every revision."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column, synonym

from assay.db.base import Base
from assay.kinds import AtomType, Kind, LinkType

LIVE = text("NOT archived")
MERGED = text("merged_into_entity_id IS NOT NULL")
WORDS = text("to_tsvector('english'::regconfig, (title || ' '::text) || \"left\"(body, 100000))")
"""What a search looks through. More than that of one text no index could hold."""


class ChangeType(StrEnum):
    CREATED = "created"
    MERGED = "merged"
    EDITED = "edited"
    REVERTED = "reverted"
    RESTORED = "restored"


class Entity(Base):
    """A topic or an atom. Its id is that of the proposal it came from. Archived: withdrawn, kept for the record."""

    __tablename__ = "entities"
    __table_args__ = (
        Index("uq_entities_live_identity", "identity_key", "kind", unique=True, postgresql_where=LIVE),
        Index("ix_entities_live_title", "title_key", "kind", postgresql_where=LIVE),
        Index(
            "ix_entities_merged_title", "title_key", "kind", postgresql_where=text("merged_into_entity_id IS NOT NULL")
        ),
        Index(
            "ix_entities_live_title_trgm",
            "title_key",
            postgresql_using="gin",
            postgresql_ops={"title_key": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
            postgresql_where=LIVE,
        ),
        Index("ix_entities_kind_created_at", "kind", "created_at", "id"),
        Index("ix_entities_kind_updated_at", "kind", "updated_at", "id"),
        Index(
            "ix_entities_live_words",
            WORDS,
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=LIVE,
        ),
        CheckConstraint("archived OR merged_into_entity_id IS NULL", name="merged_is_archived"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
    title: Mapped[str]
    body: Mapped[str]
    title_key: Mapped[str]
    identity_key: Mapped[str] = mapped_column(String(64))
    icon: Mapped[str | None]
    color: Mapped[str | None]
    keywords: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    atom_type: Mapped[AtomType | None]
    confidence: Mapped[float]
    meta: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    archived: Mapped[bool] = mapped_column(server_default=text("false"))
    merged_into_entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("entities.id"), index=True)
    """The live entity that it is part of now, however many merges led there."""
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012


class Topic(Entity):
    """A subject. Its name is unique, without regard to case and space, among live topics."""

    name = synonym("title")
    description = synonym("body")

    __mapper_args__ = {"polymorphic_identity": Kind.TOPIC}  # noqa: RUF012


class Atom(Entity):
    """One statement of a type, filed under topics."""

    type = synonym("atom_type")
    content = synonym("body")

    __mapper_args__ = {"polymorphic_identity": Kind.ATOM}  # noqa: RUF012


class TopicAtom(Base):
    __tablename__ = "topic_atoms"
    __table_args__ = (Index("ix_topic_atoms_topic_id_position", "topic_id", "position"),)

    topic_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True)
    atom_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(server_default=text("0"))
    note: Mapped[str | None]


class AtomLink(Base):
    __tablename__ = "atom_links"
    __table_args__ = (
        CheckConstraint("strength BETWEEN 0 AND 1", name="strength"),
        CheckConstraint("from_id <> to_id", name="not_to_itself"),
        Index("ix_atom_links_contradicting", "from_id", "to_id", postgresql_where=text("link_type = 'contradicts'")),
    )

    from_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True)
    to_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True, index=True)
    link_type: Mapped[LinkType] = mapped_column(primary_key=True)
    strength: Mapped[float]


class EntityRevision(Base):
    """The entity as it was after a change."""

    __tablename__ = "entity_revisions"

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    snapshot: Mapped[dict[str, Any]]
    change_type: Mapped[ChangeType]
    changed_by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str | None]
    source_proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposals.id"), index=True)
