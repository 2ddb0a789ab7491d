"""The knowledge near what is read: topics to file under, atoms to link to.

Where there is little of it, all of it is near. Else it is what lies nearest in the space of meanings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.conversations import conversations
from assay.ai.embedder import Vectors
from assay.ai.extractor import KnownAtom, Window
from assay.db.models import Entity, Proposal, ProposalStatus
from assay.extraction.restatements import INTRODUCTION, RestatableAtom
from assay.extraction.sql import known_context as sql
from assay.kinds import AtomType, Kind, folded
from assay.text.authors import author_key

MAX_TEXTS: Final = 40
"""Texts that stand for a window when its neighbourhood is looked for."""
MAX_TEXT_CHARACTERS: Final = 800
"""Characters of such a text."""


@dataclass(frozen=True, slots=True)
class ContextSize:
    """How much knowledge an extractor is shown."""

    topics: int
    atoms: int


FOR_A_CONVERSATION: Final = ContextSize(topics=60, atoms=30)
FOR_A_CHAT: Final = ContextSize(topics=500, atoms=200)


@dataclass(frozen=True, slots=True)
class KnownContext:
    topics: Sequence[str]
    proposed_topics: frozenset[str]
    """Those of them that are only proposed."""
    atoms: Sequence[KnownAtom]
    everything: bool
    """There is no more than this."""

    def beside(self, window: Window) -> Window:
        """The window with this knowledge, for its reader to look at."""
        return replace(window, known_topics=self.topics, proposed_topics=self.proposed_topics, known_atoms=self.atoms)


def texts(window: Window) -> list[str]:
    """What stands for the window in the space of meanings: its longest conversations, shortened."""
    said = [
        "\n".join(message.text[:MAX_TEXT_CHARACTERS] for message in part) for part in conversations(window.messages)
    ]
    return [text[:MAX_TEXT_CHARACTERS] for text in sorted(said, key=len, reverse=True)[:MAX_TEXTS]]


async def newest(session: AsyncSession, size: ContextSize) -> KnownContext:
    """The newest topics, those that are only proposed among them, and the newest atoms."""
    topics = await sql.newest_topics(session, size.topics + 1)
    atoms = await _atoms(session, size.atoms + 1)
    everything = len(topics) <= size.topics and len(atoms) <= size.atoms
    return KnownContext(*_told_apart(topics[: size.topics]), atoms[: size.atoms], everything)


async def nearest(session: AsyncSession, model: str, vectors: Vectors, size: ContextSize) -> KnownContext:
    """What lies nearest to any of the vectors, the nearest first."""
    topics = await sql.near(session, Kind.TOPIC, model, vectors, size.topics)
    atoms = await sql.near(session, Kind.ATOM, model, vectors, size.atoms)
    return KnownContext(
        *_told_apart([(row["title"], row["is_entity"]) for row in topics]),
        [KnownAtom(row["id"], AtomType(row["atom_type"]), row["title"]) for row in atoms if row["is_entity"]],
        everything=False,
    )


def _told_apart(topics: Sequence[tuple[str, bool]]) -> tuple[list[str], frozenset[str]]:
    """The names, each once, and those that no approved topic has."""
    names = list(dict.fromkeys(name for name, _ in topics))
    return names, frozenset(names).difference(name for name, approved in topics if approved)


async def _atoms(session: AsyncSession, most: int) -> list[KnownAtom]:
    live = select(Entity.id, Entity.atom_type, Entity.title).where(Entity.kind == Kind.ATOM, ~Entity.archived)
    found = await session.execute(live.order_by(Entity.created_at.desc(), Entity.id.desc()).limit(most))
    return [KnownAtom(known_id, atom_type, title) for known_id, atom_type, title in found if atom_type]


async def restatable(session: AsyncSession, said: Sequence[str]) -> dict[str, list[RestatableAtom]]:
    """For each text the live and the pending atoms whose titles are spelled most like it."""
    keys = [{"said": each, "key": folded(INTRODUCTION.sub("", each))} for each in said]
    rows = await sql.spelled_alike(session, keys)
    found: dict[str, list[RestatableAtom]] = {}
    for words, known_id, title, body, is_entity, authors in rows:
        people = frozenset(author_key(author) for author in authors or ())
        found.setdefault(words, []).append(RestatableAtom(known_id, title, body, is_entity, people))
    return found


async def taken_topics(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of the folded names that a live topic or a pending proposal of one has."""
    live = select(Entity.title_key).where(Entity.kind == Kind.TOPIC, Entity.title_key.in_(keys), ~Entity.archived)
    proposed = select(Proposal.title_key).where(
        Proposal.kind == Kind.TOPIC, Proposal.title_key.in_(keys), Proposal.status == ProposalStatus.PENDING
    )
    return set(await session.scalars(union(live, proposed)))


async def rejected_topics(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of the folded names that people rejected: nobody but a person proposes a topic of that name again."""
    rejected = select(Proposal.title_key).where(
        Proposal.kind == Kind.TOPIC, Proposal.title_key.in_(keys), Proposal.status == ProposalStatus.REJECTED
    )
    return set(await session.scalars(rejected)) - await taken_topics(session, keys)
