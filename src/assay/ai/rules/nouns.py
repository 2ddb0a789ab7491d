"""The noun phrases of a text in any language that the lexicon has `[nouns]` of; English ones by the tagger."""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from assay.ai.rules.language import EMPTY_WORDS, ENGLISH, noun_phrases
from assay.ai.rules.lexicon import by_language

SMALL_WORDS: Final = {"en": EMPTY_WORDS | ENGLISH, **by_language("nouns", "small_words")}
"""What stands in every text of a language: it tells the language, and parts its phrases."""
DETERMINERS: Final = by_language("nouns", "determiners")
JOINING: Final = by_language("nouns", "joining")
BEFORE_VERBS: Final = by_language("nouns", "before_verbs")
WITH_CAPITALS: Final = by_language("nouns", "capitals")
VERB_ENDINGS: Final = by_language("nouns", "verb_endings")
OBLIQUE_ENDINGS: Final = by_language("nouns", "oblique_endings")
ADJECTIVE_ENDINGS: Final = by_language("nouns", "adjective_endings")
TOKEN: Final = re.compile(r"[^\W_]+(?:[-_.'’/][^\W_]+)*|[^\w\s]|\n")
WORD: Final = re.compile(r"[^\W_]+(?:[-_.'’][^\W_]+)*")
ELIDED: Final = re.compile(r"(?<!\w)(l|d|qu|n|s|c|j|m|t)['’](?=\w)", re.IGNORECASE)
INFLECTION: Final = re.compile(
    r"(?<=\w{3})(?:ies|ien|ie|es|en|s|x|n|e|y|ами|ями|ого|ому|ові|ів|ах|ях|ом|ем|ою|ею|ій|их|им|ий|[аяуюіиоеїєьй])$"
)
MIN_LETTERS: Final = 3


def language_of(texts: Sequence[str]) -> str:
    """The language whose small words stand there most; English where none does."""
    said = [word.casefold() for text in texts for word in WORD.findall(text.replace("’", "'"))]
    counts = {name: sum(word in small for word in said) for name, small in SMALL_WORDS.items()}
    return max(counts, key=lambda name: (counts[name], name == "en"))


@lru_cache(maxsize=20_000)
def trunks(text: str) -> frozenset[str]:
    """The words of a text without their endings and accents, small words of any language left out."""
    return frozenset(trunk(word) for word in WORD.findall(text) if not _is_small(word.casefold()))


def trunk(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.casefold())
    return INFLECTION.sub("", unicodedata.normalize("NFC", re.sub("[\u0300-\u0305\u0307\u0309-\u036f]", "", plain)))


def nouns(text: str, language: str, people: Container[str]) -> list[str]:
    """What a text names, longer phrases and the words in them; nobody's name is among them."""
    if language == "en":
        return list(_with_their_ends(noun_phrases(text, people)))
    tokens = TOKEN.findall(ELIDED.sub(r"\1' ", text) if language in DETERMINERS else text)
    find = _determined if language in DETERMINERS else _capital if language in WITH_CAPITALS else _nominative
    return [found for found in find(["\n", *tokens, "\n"], language) if not _names_people(found, people)]


def _with_their_ends(phrases: Sequence[str]) -> Iterator[str]:
    """ "green corner window" is also a "corner window"."""
    for phrase in phrases:
        words = phrase.split()
        yield from (" ".join(words[at:]) for at in range(max(1, len(words) - 1)))


def _determined(tokens: Sequence[str], language: str) -> Iterator[str]:
    """A noun behind its article, alone and with what it is of."""
    for at in range(1, len(tokens) - 1):
        before, article = tokens[at - 1].casefold(), _article(tokens[at])
        if article not in DETERMINERS[language] or before in BEFORE_VERBS[language]:
            continue
        noun, rest = tokens[at + 1], tokens[at + 2 : at + 5]
        if not _means_something(noun, language):
            continue
        yield noun
        if rest and _means_something(rest[0], language):
            yield f"{noun} {rest[0]}"
        elif rest and _article(rest[0]) in JOINING[language]:
            yield from _joined(noun, rest, language)


def _joined(noun: str, rest: Sequence[str], language: str) -> Iterator[str]:
    of = 2 if len(rest) > 2 and _article(rest[1]) in DETERMINERS[language] else 1
    if len(rest) > of and _means_something(rest[of], language):
        yield " ".join((noun, *rest[: of + 1])).replace("' ", "'")


def _article(token: str) -> str:
    return token.casefold().replace("’", "'")


def _capital(tokens: Sequence[str], language: str) -> Iterator[str]:
    """A word that is written with a capital within a sentence."""
    for before, token in pairwise(tokens):
        if (before[-1].isalnum() or before == ",") and token[0].isupper() and _means_something(token, language):
            yield token


def _nominative(tokens: Sequence[str], language: str) -> Iterator[str]:
    """A word that stands as in a dictionary and is no verb, alone and behind an adjective."""
    for before, token in pairwise(tokens):
        said = token.casefold()
        if not _means_something(token, language) or said.endswith(_endings(VERB_ENDINGS, OBLIQUE_ENDINGS, language)):
            continue
        yield token
        adjective = before.casefold()
        if _means_something(before, language) and adjective.endswith(_endings(ADJECTIVE_ENDINGS, {}, language)):
            yield f"{before} {token}"


@lru_cache
def _tuple(words: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(words))


def _endings(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]], language: str) -> tuple[str, ...]:
    return _tuple(one.get(language, frozenset()) | other.get(language, frozenset()))


def _means_something(token: str, language: str) -> bool:
    return (
        len(token) >= MIN_LETTERS
        and not token[0].isdigit()
        and token[0].isalnum()
        and (token.casefold() not in SMALL_WORDS.get(language, ()))
    )


@lru_cache(maxsize=20_000)
def _is_small(word: str) -> bool:
    return len(word) < MIN_LETTERS or any(word in small for small in SMALL_WORDS.values())


def _names_people(phrase: str, people: Container[str]) -> bool:
    return any(word.casefold() in people for word in phrase.split())
