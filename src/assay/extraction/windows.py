"""How the messages of a run are parted into windows, each read in one pass. Pure."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.ai import bots
from assay.ai.conversations import Conversation, conversations, cut
from assay.ai.extractor import ContextLimits, Message, Window

AFTERWARDS: Final = 5
"""Context that follows the messages of a window, at most."""
SHRINK: Final = 8


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """The windows of a run, and the messages that no model is asked about."""

    windows: Sequence[Window]
    noise: Sequence[UUID]
    """What machines said: it is read for its context only."""


def planned_apart(
    messages: Sequence[Message],
    neighbours: Sequence[Message],
    trusted: Container[str],
    limits: ContextLimits,
    failures: int,
) -> ReadingPlan:
    """As `planned`, with what is said in other than the trusted sources read on its own: an extractor that is told
    something there is told nothing about the words of others."""
    parts = zip(_by_trust(messages, trusted), _by_trust(neighbours, trusted), strict=True)
    plans = [planned(said, near, limits, failures) for said, near in parts]
    return ReadingPlan(
        [each for plan in plans for each in plan.windows], [each for plan in plans for each in plan.noise]
    )


def _by_trust(messages: Sequence[Message], trusted: Container[str]) -> tuple[list[Message], list[Message]]:
    return (
        [message for message in messages if message.source in trusted],
        [message for message in messages if message.source not in trusted],
    )


def planned(
    messages: Sequence[Message], neighbours: Sequence[Message], limits: ContextLimits, failures: int
) -> ReadingPlan:
    """Conversations where the extractor reads one at a time, else everything that was said.

    `failures`: how often these messages could not be read. Each makes the windows an eighth as large, and the last
    attempt is of one message, so that no other is blamed.
    """
    said, by_machines = bots.split_bots(messages)
    to_read = {message.id for message in said}
    parts = [[*said, *neighbours]] if limits.whole_chat else conversations([*said, *by_machines, *neighbours])
    windows = [window for part in parts for window in _windows(part, to_read, limits, failures)]
    return ReadingPlan(windows, [message.id for message in messages if message.id not in to_read])


def _windows(part: Conversation, to_read: Container[UUID], limits: ContextLimits, failures: int) -> Iterator[Window]:
    """A conversation, cut where it is too long for one pass; each piece shows the end of the one before it."""
    ordered = sorted(part, key=lambda message: message.place_in_time)
    place = {message.id: at for at, message in enumerate(ordered)}
    new = [message for message in ordered if message.id in to_read]
    for piece in cut(new, max(limits.messages // SHRINK**failures, 1), limits.characters):
        first, last = place[piece[0].id], place[piece[-1].id]
        between = [message for message in ordered[first:last] if message.id not in to_read]
        yield Window(
            piece,
            [
                *ordered[max(0, first - limits.context) : first],
                *(between if limits.whole_chat else between[-limits.context :]),
                *ordered[last + 1 : last + 1 + min(limits.context, AFTERWARDS)],
            ],
        )
