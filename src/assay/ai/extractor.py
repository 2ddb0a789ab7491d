"""The protocol of everything that reads messages and drafts knowledge, and the records it speaks in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from assay.kinds import AtomType, LinkType

Recommendation = Literal["new", "merge", "reject"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as an extractor sees it."""

    id: UUID
    channel: str
    author: str
    sent_at: datetime
    text: str
    thread: str | None = None
    """The id of the message that began the thread, where that is known; else what the source calls the thread."""
    is_bot: bool = False
    edited: bool = False
    """These are not the first words: what others said to it may be about earlier ones."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words claimed to stand in a message. Whether they do is verified by the reader of the draft."""

    message_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """A relation to another atom of the same extraction."""

    to: int
    """Position of the other atom in `Extraction.atoms`."""
    link_type: LinkType
    strength: float
    """0..1"""


@dataclass(frozen=True, slots=True)
class TopicDraft:
    name: str
    description: str
    confidence: float
    """0..1, as the extractor states it."""
    quotes: Sequence[Quote]
    reasoning: str
    keywords: Sequence[str] = ()
    icon: str | None = None
    """One of kinds.TOPIC_ICONS."""
    color: str | None = None
    """One of kinds.TOPIC_COLORS."""
    recommendation: Recommendation = "new"


@dataclass(frozen=True, slots=True)
class AtomDraft:
    type: AtomType
    title: str
    content: str
    confidence: float
    """0..1, as the extractor states it."""
    quotes: Sequence[Quote]
    reasoning: str
    topic: str | None = None
    """Name of a drafted topic or of a known one."""
    links: Sequence[LinkDraft] = ()
    meta: Mapping[str, object] = field(default_factory=dict)
    recommendation: Recommendation = "new"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one pass over a window of messages found."""

    topics: Sequence[TopicDraft] = ()
    atoms: Sequence[AtomDraft] = ()
    tokens_used: int = 0
    cost: float = 0.0
    """US dollars."""


class Extractor(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def prompt_version(self) -> str: ...

    async def extract(self, messages: Sequence[Message], known_topics: Sequence[str]) -> Extraction:
        """Reads one window, oldest first. `known_topics` are names to file under rather than invent twins.

        Raises Unavailable when the model cannot answer.
        """
