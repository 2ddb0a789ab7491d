"""The talks of a window: what was said in one place before a long silence, as people would read it."""

from collections.abc import Iterable, Sequence
from typing import Final

from assay.ai import bots
from assay.ai.conversations import Conversation, conversations, seconds_between
from assay.ai.extractor import Message
from assay.ai.rules import safety
from assay.ai.rules.ranking.features import CountedTalk
from assay.ai.rules.ranking.passages import passages

SECONDS_WITHIN_A_TALK: Final = 8 * 60 * 60
"""Where little is said people answer hours later."""
MAX_MESSAGES: Final = 60
"""That are joined over a silence."""


def talks(messages: Sequence[Message]) -> list[CountedTalk]:
    """Of people alone; machines, and orders to machines, stay outside."""
    said = [each for each in bots.split_bots(messages).people if not safety.gives_orders_to_the_reader(each.text)]
    read = (passages(each) for each in _joined(conversations(said)))
    return [CountedTalk(each) for each in read if each]


def _joined(found: Iterable[Conversation]) -> list[Conversation]:
    """Conversations, those of a slow channel over its silences."""
    joined: list[Conversation] = []
    latest: dict[tuple[str, str], Conversation] = {}
    for each in found:
        place = each[0].source, each[0].channel
        before = latest.get(place)
        is_thread = any(message.thread for message in each)
        if before and not is_thread and _goes_on(before, each):
            before.extend(each)
            continue
        joined.append(list(each))
        if not is_thread:
            latest[place] = joined[-1]
    return joined


def _goes_on(before: Conversation, later: Conversation) -> bool:
    return len(before) + len(later) <= MAX_MESSAGES and seconds_between(before[-1], later[0]) <= SECONDS_WITHIN_A_TALK
