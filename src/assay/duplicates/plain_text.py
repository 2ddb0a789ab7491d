"""A text as the guard for changed facts reads it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from assay.duplicates.polarity import Polarity, polarity
from assay.text import lexicon
from assay.text.facts import Fact, facts_of
from assay.text.figures import in_figures
from assay.text.opposites import stem

MAX_CHARACTERS: Final = 2_500
"""As much as an embedding sees of a text."""
BEGINNING: Final = 4
"""Letters by which two words of another language than English are forms of one, if not by more."""

_TOKEN: Final = re.compile(r"[\w#$€£₴%~/@](?:[\w'’.:/@%-]*[\w%])?")
_FULL_STOP: Final = re.compile(r"(?<=\S)[.!?]\s|\n")
_CONTRACTION: Final = re.compile(r"\b(can|won|sha|\w+?)(?:n['’]t|not)\b", re.IGNORECASE)
_FULL: Final = {"wo": "will", "won": "will", "sha": "shall", "ca": "can"}


class Token(NamedTuple):
    word: str
    start: int
    end: int


@dataclass(frozen=True)
class PlainText:
    """One spelling of a text, and what stands in it."""

    text: str
    language: str

    @cached_property
    def facts(self) -> Sequence[Fact]:
        return facts_of(self.text)

    @cached_property
    def tokens(self) -> Sequence[Token]:
        return [Token(found[0].lower(), found.start(), found.end()) for found in _TOKEN.finditer(self.text)]

    @cached_property
    def stems(self) -> Sequence[str]:
        return [self.stem(token.word) for token in self.tokens]

    @cached_property
    def words(self) -> Sequence[lexicon.Word]:
        return lexicon.words_of(self.text)

    @cached_property
    def polarity(self) -> dict[Polarity, list[str]]:
        return polarity(self.words, self.language)

    @cached_property
    def meaning(self) -> frozenset[str]:
        """The stems of the words that say something of their own."""
        small = lexicon.small_words(self.language)
        return frozenset(stem for token, stem in zip(self.tokens, self.stems, strict=True) if token.word not in small)

    @cached_property
    def title(self) -> "PlainText":
        """What stands before the first full stop."""
        return PlainText(_FULL_STOP.split(self.text, maxsplit=1)[0], self.language)

    def stem(self, word: str) -> str:
        """What the forms of a word have in common: of most languages, how it begins."""
        if self.language == lexicon.DEFAULT_LANGUAGE or not word.isalpha():
            return stem(word)
        return word if len(word) <= BEGINNING else word[: max(BEGINNING, len(word) - 3)]


@lru_cache(maxsize=1_024)
def read(text: str, language: str) -> PlainText:
    """With contractions written out, so that "doesn't" and "does not" are the same, and numbers in digits."""
    text = text[:MAX_CHARACTERS]
    if language == lexicon.DEFAULT_LANGUAGE:
        text = _CONTRACTION.sub(lambda match: f"{_FULL.get(match[1].lower(), match[1])} not", text)
    return PlainText(in_figures(text, language).replace("\0", " "), language)
