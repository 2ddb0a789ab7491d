"""English as far as it is needed: tags from a lexicon, noun phrases, words that carry meaning."""

import math
import re
from collections.abc import Container
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final

from assay.ai.providers.offline.patterns import word_list
from assay.text.markup import LINK_MARK

EMPTY_WORDS: Final = word_list("""
a an the and or but if so of to in on at by for with from as is are was were be been being do does did have has
had i you he she it we they
me my your our his her their its this that these those there here what which who how why when where not no yes
can could would should will may might must
just also only very really too then than now some any all more most much many one ones thing things something
anything way lot bit get got go going make made
want need use used using see know think say said let like good nice sure ok okay yeah yep nope yup well still
even about into out up down over after before
again back other another same right people guy guys someone anyone everyone today tomorrow yesterday time day
week thanks please sorry kind sort stuff
don't doesn't didn't isn't aren't wasn't won't can't couldn't shouldn't wouldn't i'm i've i'll i'd it's that's
there's we're we've we'll let's
""")  # fmt: skip
ENGLISH: Final = word_list("""
the of to and is are with for that be by from not have has we our must should when can it at if or which than
use this
will does an about over any only into without because before after while each every more your you then how set using
make run its their
""")
FOREIGN: Final = word_list("""
der die das und ist nicht ein eine mit für auf wir den dem que el los las una por con para como esto le les des
est une
pour dans avec nous il che di della sono non um uma não com os de la en du se het een van niet och att som jest
nie się
""")
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
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if sum(not word.isascii() for word in words) > 0.2 * len(words):
        return False
    known = sum(word in ENGLISH for word in words)
    return known >= (1 if len(words) < WORDS_OF_A_LONG_SENTENCE else 2) and known >= sum(
        word in FOREIGN for word in words
    )


def content_words(text: str, people: Container[str] = ()) -> list[str]:
    words = WORD.findall(text)
    return [w for w in words if len(w) > 2 and w.casefold() not in EMPTY_WORDS and w.casefold() not in people]


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
