"""Does a stranger understand the sentence without its neighbours? Whatever does not is dropped, never guessed at."""

import re
from typing import Final

from assay.ai.rules.cues import cues_in
from assay.ai.rules.language import has_verb, tagged
from assay.ai.rules.lexicon import alternatives, opening, phrases, words

PRONOUN: Final = re.compile(
    r"\b(?:it|this|that|these|those|they|them|he|she|him|her|ones?|here|there)\b"
    r"(?! (?:is|are|was|were) (?:an?|no|the)\b)",
    re.IGNORECASE,
)
OPENS_WITH_PRONOUN: Final = opening("context", "pronoun_openings")
PRONOUN_NEAR_THE_START: Final = re.compile(
    r"(?:\S+ ){1,3}(?:it|they|them)\b|(?:\S+ ){1,3}(?:that|this)(?:'s| is| was| has| does| means| works|,)",
    re.IGNORECASE,
)
CONJUNCTION: Final = re.compile(
    r"\bthat (?:the|an?|we|is|are|was|were|our|all|every|each|can|has|have|need\w*|must|should|only|\w+s)\b",
    re.IGNORECASE,
)

OPENS_WITH_A_SIGN: Final = re.compile(r"\s*[^\w\s`\"'$/\[-]|\s*_|[a-z][\w|-]{1,20}: ")
"""Also a lower-case word before a colon: a name of somebody who is not in the window."""
OPENS_MIDWAY: Final = opening("context", "midway_openings")
ENDS_MIDWAY: Final = re.compile(
    r"(?:\b(?:and|but|the|an?|or|to|of|so|because|with|be|like|is|are|have|has|seems|say|means?|when|if|by|in|for)[.!]?|[,:(]|\.\.)$",
    re.IGNORECASE,
)
ENDS_WITH_PRONOUN: Final = re.compile(r"\b(?:them|it|this|that|there|one)[.!]?$", re.IGNORECASE)
WORDS_THAT_MAY_NAME_IT: Final = 12
SPEAKS_OF_SOMEBODY: Final = phrases("context", "of_somebody")
SPEAKS_OF_ITSELF: Final = phrases("context", "of_oneself")
SPEAKS_TO_SOMEBODY: Final = phrases("context", "to_somebody")
UNNAMED: Final = alternatives("context", "named_before")
"""Nouns that, alone behind "the", were named before."""
BEFORE_THAT: Final = "|".join(rf"(?<=\b{word} )" for word in sorted(words("context", "before_that")))
"""Behind these words "that" points at something; behind a noun it starts a clause."""
POINTS_ELSEWHERE: Final = re.compile(
    rf"\b(?:(?:those|these|this|such|(?:\A|{BEFORE_THAT})that) "
    r"(?!(?:is|the|you|we|it|are|way|can|will|an?|our|all|every)\b)\w+"
    r"|the above|(?:above|below)(?=[.,;!?]|$)|earlier|previous(?:ly)?|the (?:other|next|former|latter) \w+"
    r"|(?:in|as) (?:our|my|your|the) (?:case|example)s?|for some reason"
    rf"|the {UNNAMED}s?(?! (?:with|of|in|for|that|when|if|to|about|list|page|file|was|is)\b)"
    r"|another|someone|somebody)\b",
    re.IGNORECASE,
)
PASTE: Final = re.compile(
    r"^(?:[Bb]ug|[Ii]ssue|PR|MR|[Tt]icket) #?\d+[:\s]|-->|[Cc]onnection (?:timed out|refused|reset)|\}\)|\);|Caused by:"
    r"|Traceback|(?:Exception|Error): |warning in|\b\w+ error:|\.\w{1,4}:\d+|:\d+:\d+|=>|\$json|&&|\|\||[{};]\s*$"
    r"|^\s*(?:at |File \"|\$ |> |#!|import |def |class |SELECT |INSERT |const |let |var |function )"
)
SPEAKS_OF_THE_CHAT: Final = phrases("context", "of_the_chat")


def points_elsewhere(text: str) -> int:
    """How often the sentence points at something said before."""
    return len(POINTS_ELSEWHERE.findall(text))


def loose_pronouns(text: str) -> int:
    """Pronouns that may stand for something said before; "that" as a conjunction does not."""
    return len(PRONOUN.findall(CONJUNCTION.sub(" ", text)))


def is_fragment(text: str) -> bool:
    if OPENS_WITH_A_SIGN.match(text) or OPENS_MIDWAY.match(text) or ENDS_MIDWAY.search(text):
        return True
    if text.count("(") != text.count(")"):
        return True
    return ENDS_WITH_PRONOUN.search(text) is not None and len(text.split()) < WORDS_THAT_MAY_NAME_IT


def lacks_subject(text: str) -> bool:
    """True for "contemplates whether ..." and "prototyped the method": something done, and nobody who does it."""
    parts = [part for _, part in tagged(text)]
    if not parts or text.startswith("Turns out"):
        return False
    told = any(part.startswith("MD") or part in {"VB", "VBP", "VBZ", "VBD"} for part in parts[1:])
    return (parts[0] in {"VBZ", "VBD"} and not _is_verb(parts[1:2])) or (text.split()[0].endswith("ed") and not told)


def _is_verb(parts: list[str]) -> bool:
    return any(part.startswith(("VB", "MD")) for part in parts)


def stands_alone(text: str) -> bool:
    """True for a whole statement about something it names itself."""
    if is_fragment(text) or "?" in text or OPENS_WITH_PRONOUN.match(text):
        return False
    if PRONOUN_NEAR_THE_START.match(text) or lacks_subject(text) or not (has_verb(text) or cues_in(text)):
        return False
    if SPEAKS_OF_SOMEBODY.search(text) or SPEAKS_TO_SOMEBODY.search(text) or SPEAKS_OF_THE_CHAT.search(text):
        return False
    backward = points_elsewhere(text) + loose_pronouns(text)
    return points_elsewhere(text) <= 1 and backward <= (2 if len(text.split()) > WORDS_THAT_MAY_NAME_IT else 1)


def is_pasted(text: str) -> bool:
    """Code, a stack trace or a log line."""
    bare = re.sub(r"`[^`]*`", "", text)
    odd = len(re.findall(r"[^\w\s,.'’\"()-]", bare))
    return PASTE.search(bare) is not None or odd > 0.09 * max(20, len(bare)) or text.count("`") % 2 == 1
