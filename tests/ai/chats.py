"""Small chats written down as "author: text" lines, and what an extractor promises about any answer."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from assay.ai.extractor import AtomDraft, Extraction, Extractor, Message, TopicDraft, Window
from assay.kinds import TOPIC_COLORS, TOPIC_ICONS, LinkType

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def chat(lines: str, *, seconds_between: int = 95, channel: str = "backend") -> list[Message]:
    """Messages of one channel, one a line, far enough apart to be turns of their own."""
    said = [line.split(": ", 1) for line in lines.strip().splitlines()]
    return [
        message(text, author=author.strip(), at=_after(number * seconds_between), channel=channel, number=number)
        for number, (author, text) in enumerate(said)
    ]


def _after(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def message(
    text: str, *, author: str = "ana", at: datetime = START, channel: str = "backend", number: int = 0,
    thread: str | None = None, is_bot: bool = False,
) -> Message:  # fmt: skip
    return Message(UUID(int=hash_of(channel) + number), channel, author, at, text, thread, is_bot)


def hash_of(channel: str) -> int:
    return int.from_bytes(channel.encode()[:8]) << 32


async def read(extractor: Extractor, messages: Sequence[Message], known_topics: Sequence[str] = ()) -> Extraction:
    return await extractor.extract(Window(messages, known_topics=known_topics))


def titles(extraction: Extraction) -> list[str]:
    return [atom.title for atom in extraction.atoms]


def atom_with(extraction: Extraction, words: str) -> AtomDraft:
    found = [atom for atom in extraction.atoms if words in atom.title or words in atom.content]
    assert found, f"no atom says {words!r}: {titles(extraction)}"
    return found[0]


def linked(extraction: Extraction, atom: AtomDraft) -> list[tuple[AtomDraft, LinkType]]:
    """The other atoms of the extraction that an atom links to."""
    return [(extraction.atoms[link.to], link.link_type) for link in atom.links if isinstance(link.to, int)]


def keeps_its_promises(extraction: Extraction, messages: Sequence[Message]) -> None:
    """What must hold of every extraction, whatever was read."""
    texts = {message.id: message.text for message in messages}
    topics = [topic.name for topic in extraction.topics]
    drafts: list[AtomDraft | TopicDraft] = [*extraction.atoms, *extraction.topics]
    for draft in drafts:
        assert draft.quotes
        assert all(quote.text and quote.text in texts[quote.message_id] for quote in draft.quotes)
        assert 0 <= draft.confidence <= 1
        assert draft.reasoning
    for place, atom in enumerate(extraction.atoms):
        assert 0 < len(atom.title) <= 200
        assert atom.content
        assert all(link.to in range(len(extraction.atoms)) and link.to != place for link in atom.links)
    for topic in extraction.topics:
        assert 0 < len(topic.name) <= 100
        assert topic.icon in TOPIC_ICONS
        assert topic.color in TOPIC_COLORS
    assert len(topics) == len({name.casefold() for name in topics})
