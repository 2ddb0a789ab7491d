"""One topic of each channel, for what belongs under no other: "Workshop floor (general)"."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from assay.ai.rules.candidates import AtomCandidate, shortened
from assay.ai.rules.nouns import language_of
from assay.ai.rules.topics import TopicCandidate
from assay.ai.rules.turns import Chat
from assay.kinds import folded
from assay.text.naming import general as words_for_general

MAX_CHANNEL: Final = 80


def general(rest: Iterable[AtomCandidate], chat: Chat, known: Sequence[str]) -> list[TopicCandidate]:
    """The topics of the channels that these statements are from. What is known of a channel keeps its name, in
    whichever language it was first spoken of."""
    members: defaultdict[str, list[AtomCandidate]] = defaultdict(list)
    for candidate in rest:
        members[channel_of(candidate)].append(candidate)
    by_key = {folded(name): name for name in known}
    found = []
    for channel, own in members.items():
        if any(map(str.isalnum, channel)):
            names = {language: f"{shown(channel)} ({word})" for language, word in words_for_general().items()}
            keys = map(folded, (*names.values(), shown(channel)))
            name = next((by_key[key] for key in keys if key in by_key), None)
            found.append(TopicCandidate(name or names[_language(channel, chat)], [], own, 1.0, is_general=True))
    return found


def channel_of(candidate: AtomCandidate) -> str:
    return candidate.turn.parts[0].message.channel


def shown(channel: str) -> str:
    """As people say it, and not as a program writes it."""
    spoken = shortened(" ".join(re.sub(r"[#_-]+", " ", channel).split()), MAX_CHANNEL)
    return spoken[:1].upper() + spoken[1:]


def _language(channel: str, chat: Chat) -> str:
    return language_of([turn.text for turn in chat.turns if turn.parts[0].message.channel == channel])
