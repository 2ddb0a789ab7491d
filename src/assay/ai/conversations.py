"""Messages as conversations: what belongs together, and where a long one may be cut. Pure.

A thread is one conversation, with the message that began it. Elsewhere half an hour of silence ends one. In a busy
channel several run at a time: there they are told apart by who answers whom.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from assay.ai.extractor import Message
from assay.text.markup import called, cleaned

SECONDS_WITHIN_A_CONVERSATION: Final = 30 * 60
SECONDS_WITHIN_AN_EXCHANGE: Final = 5 * 60
"""For so long people of a busy channel go on where they spoke last."""
BUSY: Final = 40
"""Messages without a silence between them, from which several conversations may run at a time."""
WORDS_BEFORE_AND_AFTER: Final = 6
"""Messages on each side of a cut whose words are compared."""
CHANGES_THE_SUBJECT: Final = re.compile(r"\s*(?:#|\[)?(?:sub)?topic\b\]?\s*:?", re.IGNORECASE)
WORD: Final = re.compile(r"[^\W\d_]{4,}")

Place = tuple[str, str, str | None]
"""A source, a channel of it, and a thread of that."""
Conversation = list[Message]


def conversations(messages: Iterable[Message]) -> list[Conversation]:
    """The conversations of these messages, in the order in which they began."""
    found: list[Conversation] = []
    for block in blocks(messages):
        found += [block] if len(block) <= BUSY or block[-1].thread else strands(block)
    return sorted(found, key=lambda conversation: conversation[0].place_in_time)


def blocks(messages: Iterable[Message]) -> list[Conversation]:
    """Threads, and what is said in a channel without a long silence."""
    ordered = sorted(messages, key=lambda message: message.place_in_time)
    roots = {message.thread for message in ordered if message.thread}
    running: dict[Place, Conversation] = {}
    found: list[Conversation] = []
    for message in ordered:
        place = place_of(message, roots)
        block = running.get(place)
        if block is None or (place[2] is None and seconds_between(block[-1], message) > SECONDS_WITHIN_A_CONVERSATION):
            block = running[place] = []
            found.append(block)
        block.append(message)
    return found


def place_of(message: Message, roots: Iterable[str]) -> Place:
    own = str(message.id)
    return message.source, message.channel, own if own in roots else message.thread


def seconds_between(earlier: Message, later: Message) -> float:
    return (later.sent_at - earlier.sent_at).total_seconds()


def strands(block: Sequence[Message]) -> list[Conversation]:
    """The conversations that run side by side in a busy channel. A message goes to

    1. the strand where somebody it addresses spoke last,
    2. the strand where its author spoke, or was spoken to, in the last minutes,
    3. the strand of the message before it, unless minutes passed; then it begins one.
    """
    people = frozenset[str]().union(*(called(author) for author in {message.author for message in block}))
    found: list[Conversation] = []
    spoke: dict[str, Conversation] = {}
    involved: dict[str, tuple[Conversation, Message]] = {}
    previous: Conversation = []
    for message in block:
        addressed = cleaned(message.text, people).addressed
        strand = next((spoke[name] for name in sorted(addressed) if name in spoke), None)
        strand = strand or _resumed(message, involved) or _went_on(message, previous)
        if strand is None:
            strand = []
            found.append(strand)
        strand.append(message)
        previous = strand
        spoke.update(dict.fromkeys(called(message.author), strand))
        involved.update(dict.fromkeys(called(message.author) | addressed, (strand, message)))
    return found


def _resumed(message: Message, involved: dict[str, tuple[Conversation, Message]]) -> Conversation | None:
    found = (involved[name] for name in sorted(called(message.author)) if name in involved)
    return next((strand for strand, last in found if _soon(last, message)), None)


def _went_on(message: Message, previous: Conversation) -> Conversation | None:
    return previous if previous and _soon(previous[-1], message) else None


def _soon(earlier: Message, later: Message) -> bool:
    return seconds_between(earlier, later) <= SECONDS_WITHIN_AN_EXCHANGE


def cut(messages: Sequence[Message], most: int, most_characters: int) -> Iterator[Sequence[Message]]:
    """The messages in pieces of a size, parted where the subject seems to change. A longer message comes alone."""
    start = 0
    while start < len(messages):
        end = _full(messages, start, most, most_characters)
        if end < len(messages):
            end = _best_cut(messages, (start + end + 1) // 2, end)
        yield messages[start:end]
        start = end


def _full(messages: Sequence[Message], start: int, most: int, most_characters: int) -> int:
    end, characters = start, 0
    while end < min(start + most, len(messages)) and characters + len(messages[end].text) <= most_characters:
        characters += len(messages[end].text)
        end += 1
    return max(end, start + 1)


def _best_cut(messages: Sequence[Message], first: int, last: int) -> int:
    """The place with the longest pause and the fewest words in common; the last one of equals."""
    return max(range(max(first, 1), last + 1), key=lambda at: (round(_parting(messages, at), 3), at))


def _parting(messages: Sequence[Message], at: int) -> float:
    if CHANGES_THE_SUBJECT.match(messages[at].text):
        return 3.0
    before = _words(messages[max(0, at - WORDS_BEFORE_AND_AFTER) : at])
    after = _words(messages[at : at + WORDS_BEFORE_AND_AFTER])
    common = len(before & after) / max(1, min(len(before), len(after)))
    pause = min(seconds_between(messages[at - 1], messages[at]) / SECONDS_WITHIN_A_CONVERSATION, 1.0)
    return 1 - common + pause


def _words(messages: Iterable[Message]) -> set[str]:
    return {word for message in messages for word in WORD.findall(message.text[:1_000].casefold())}
