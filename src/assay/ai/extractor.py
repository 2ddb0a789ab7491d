"""The protocol of everything that reads messages and drafts knowledge, and the records it speaks in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from assay.ai.budget import UsageMeter
from assay.kinds import AtomType, LinkType

SOURCE: Final = "source"
"""Under this key an atom's meta says how its extractor found it."""
RANKED: Final = "ranked"
"""By the probability that somebody wants to keep it: for people, never for the machine alone."""
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
    source: str = ""
    """Where the channel is: two sources may have channels of one name."""

    @property
    def place_in_time(self) -> tuple[datetime, UUID]:
        """What messages are sorted by."""
        return self.sent_at, self.id


@dataclass(frozen=True, slots=True)
class KnownAtom:
    """An atom that exists already: to link to rather than to say again."""

    id: UUID
    type: AtomType
    title: str


@dataclass(frozen=True, slots=True)
class Window:
    """What an extractor reads in one pass, and what it may look at meanwhile."""

    messages: Sequence[Message]
    """What is to be read, oldest first."""
    context: Sequence[Message] = ()
    """Neighbours, oldest first, to understand the messages by. What only they say is no news and is dropped."""
    known_topics: Sequence[str] = ()
    """Names of existing topics, the nearest first: to file under rather than to invent twins."""
    proposed_topics: frozenset[str] = frozenset()
    """Those of them that nobody has approved yet: what is filed under one waits for it."""
    known_atoms: Sequence[KnownAtom] = ()
    """The nearest existing atoms, to link to."""
    meter: UsageMeter = field(default_factory=UsageMeter, compare=False)
    """Counts what reading this window uses, and holds the budget. It is right also where the reading fails."""

    @property
    def ids(self) -> list[UUID]:
        return [message.id for message in self.messages]

    @property
    def in_order(self) -> list[Message]:
        """Messages and context as they were said."""
        return sorted((*self.context, *self.messages), key=lambda message: message.place_in_time)


@dataclass(frozen=True, slots=True)
class ContextLimits:
    """How much an extractor reads in one pass, and how many passes at a time keep it busy."""

    messages: int
    characters: int
    context: int
    """Neighbours that a window shows beside its messages, for each conversation in it."""
    whole_chat: bool = False
    """True for one that learns from many conversations at once; else a window holds one conversation, or part of it."""
    concurrency: int = 1


WHOLE_CHAT: Final = ContextLimits(messages=4_000, characters=20_000_000, context=20, whole_chat=True)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words claimed to stand in a message. Whether they do is verified by the reader of the draft."""

    message_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """A relation to another atom."""

    to: int | UUID
    """Position of the other atom in `Extraction.atoms`, or the id of a known one."""
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
class ObjectionDraft:
    """Somebody speaks against what was said before the window, and may be known by now."""

    to: Quote
    """The words that are spoken against, in a message of the context."""
    quotes: Sequence[Quote]
    """The words that speak against them."""
    confidence: float
    """0..1, how sure the extractor still is of what is spoken against."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one pass over a window of messages found."""

    topics: Sequence[TopicDraft] = ()
    atoms: Sequence[AtomDraft] = ()
    tokens_used: int = 0
    cost: float = 0.0
    """US dollars."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """How much of an answer was left out before it became drafts, by reason: ids that were invented, and the like."""
    objections: Sequence[ObjectionDraft] = ()
    unlikely: Sequence[AtomDraft] = ()
    """What is kept to be looked at, and is in nobody's way."""


class Extractor(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def prompt_version(self) -> str: ...

    @property
    def limits(self) -> ContextLimits: ...

    async def extract(self, window: Window) -> Extraction:
        """Reads one window. Several calls may run at a time, up to `limits.concurrency`; a call may be cancelled.

        Raises Unavailable when the model cannot answer, BudgetSpent when the next request may cost too much.
        """
