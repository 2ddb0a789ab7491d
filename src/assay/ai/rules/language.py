"""English as far as it is needed: tags from a lexicon, noun phrases, words that carry meaning."""

import math
import re
from collections.abc import Container
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final

from assay.ai.rules.lexicon import words
from assay.text.markup import LINK_MARK

EMPTY_WORDS: Final = words("language", "empty_words")
ENGLISH: Final = words("language", "function_words")
FOREIGN: Final = words("language", "foreign_words")
IDENTIFIER: Final = re.compile(
    r"`[^`]+`|\b\w+(?:[._:/-]\w+)+\b|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z]+[A-Z]\w*|\b[A-Z]{2,}\d*\b|\$\w+|\bv?\d+(?:\.\d+)*\S*|--?\w[\w-]+|\w+\(\)"
)
WORD: Final = re.compile(r"[A-Za-z][\w'-]+")
NOUNLIKE: Final = re.compile(r"NN|JJ$|VBG$|CD$")
PLAIN: Final = re.compile(r"[A-Za-z][\w.+#-]*$")
WORDS_OF_A_LONG_SENTENCE: Final = 10
MAX_PHRASE_WORDS: Final = 4


@cache
def _tagger() -> Any:
    # Importing it takes a second, which a command that reads no messages should not cost.
    return import_module("textblob.en").tag


@lru_cache(maxsize=20_000)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Words with their parts of speech. The tagger gives up on odd input; then nothing is known."""
    try:
        return tuple((str(word), str(part)) for word, part in _tagger()(text.replace(LINK_MARK, " ").replace("`", " ")))
    except (IndexError, KeyError, ValueError, AttributeError, TypeError):
        return ()


def has_verb(text: str) -> bool:
    return any(part.startswith(("VB", "MD")) for _, part in tagged(text))


def is_english(text: str) -> bool:
    said = re.findall(r"[^\W\d_]+", text.casefold())
    if sum(not word.isascii() for word in said) > 0.2 * len(said):
        return False
    known = sum(word in ENGLISH for word in said)
    return known >= (1 if len(said) < WORDS_OF_A_LONG_SENTENCE else 2) and known >= sum(
        word in FOREIGN for word in said
    )


def content_words(text: str, people: Container[str] = ()) -> list[str]:
    said = WORD.findall(text)
    return [w for w in said if len(w) > 2 and w.casefold() not in EMPTY_WORDS and w.casefold() not in people]


def stems(text: str) -> frozenset[str]:
    """Content words without their endings, numbers included."""
    return frozenset(w.casefold()[:5] for w in content_words(text)) | frozenset(re.findall(r"\d+", text))


def specificity(text: str, people: Container[str]) -> float:
    """0..1: how much a sentence names. Names, numbers and identifiers count most."""
    return 1 - math.exp(-0.55 * len(IDENTIFIER.findall(text)) - 0.14 * len(content_words(text, people)))


def noun_phrases(text: str, people: Container[str]) -> list[str]:
    """(adjective | noun)* noun, at most four words, without people."""
    found: list[str] = []
    current: list[tuple[str, str]] = []
    before = ""
    for word, part in (*tagged(text), (".", ".")):
        if NOUNLIKE.match(part) and _names_something(word, people):
            # "the onboarding wizard": behind an article an -ing form is part of the name.
            current.append((word, "JJ" if part == "VBG" and before in {"DT", "PRP$"} else part))
        else:
            found.extend(_phrase(current))
            current = []
        before = part
    return found


def _names_something(word: str, people: Container[str]) -> bool:
    folded = word.casefold()
    return (
        len(word) > 1
        and PLAIN.match(word) is not None
        and folded not in EMPTY_WORDS
        and folded.strip("_`") not in people
    )


def _phrase(run: list[tuple[str, str]]) -> list[str]:
    while run and not run[-1][1].startswith("NN"):
        run = run[:-1]
    while run and run[0][1] in {"VBG", "CD"}:
        run = run[1:]
    if not run or len(run) > MAX_PHRASE_WORDS or (len(run) == 1 and len(run[0][0]) <= 3):
        return []
    return [" ".join(word for word, _ in run)]
