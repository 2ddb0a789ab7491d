"""Which noun phrases a chat uses, how often, and by how many people: the words of its trade."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from assay.ai.rules.language import noun_phrases
from assay.ai.rules.turns import Chat

MAX_CHARACTERS: Final = 400


class Vocabulary:
    def __init__(self, chat: Chat) -> None:
        self.people = chat.people
        self.turns = len(chat.turns)
        self._channels = {_spoken(part.message.channel) for turn in chat.turns for part in turn.parts[:1]}
        self._turns_with: Counter[str] = Counter()
        self._named: Counter[str] = Counter()
        self._authors: defaultdict[str, set[str]] = defaultdict(set)
        for turn in chat.turns:
            self._read(turn.text[:MAX_CHARACTERS], turn.author)

    def _read(self, text: str, author: str) -> None:
        for phrase in set(noun_phrases(text, self.people)):
            folded = phrase.casefold()
            self._turns_with[folded] += 1
            self._authors[folded].add(author)
            self._named[folded] += looks_like_a_name(phrase) and not text.startswith(phrase)

    def turns_with(self, phrase: str) -> int:
        return self._turns_with[phrase.casefold()]

    def authors_of(self, phrase: str) -> int:
        return len(self._authors.get(phrase.casefold(), ()))

    def is_shared(self, phrases: Iterable[str]) -> bool:
        """True when several people use one of these phrases."""
        return any(self.authors_of(phrase) >= 2 for phrase in phrases)

    def is_everywhere(self, phrase: str) -> bool:
        """True for what the whole chat is about: it tells no part of it from another."""
        return self.turns_with(phrase) > max(8, 0.04 * self.turns, min(24, 0.1 * self.turns))

    def is_channel(self, phrase: str) -> bool:
        return _spoken(phrase) in self._channels

    def is_name(self, phrase: str) -> bool:
        """True for what is mostly written like a proper name."""
        folded = phrase.casefold()
        return self._named[folded] >= 2 and self._named[folded] > 0.5 * self._turns_with[folded]


def _spoken(channel: str) -> str:
    return re.sub(r"[\W_]+", " ", channel).strip().casefold()


def looks_like_a_name(phrase: str) -> bool:
    return any(character.isupper() or character.isdigit() or character in "._" for character in phrase)
