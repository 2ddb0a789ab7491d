"""Sentences of a turn: where lines belong together, where they end, and the exact words they were written in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from assay.ai.cleaning import LINK_MARK, MOST_CHARACTERS
from assay.ai.extractor import Message, Quote
from assay.ai.providers.offline.language import has_verb
from assay.ai.providers.offline.turns import Part, Turn

LONGEST: Final = 500
UNFINISHED: Final = re.compile(
    r"(?:,|\b(?:and|or|but|the|an?|to|of|for|with|in|on|is|are|that|because|if|when|so|as|by|from|at|after|before|than|about|into|under|over|between|without))$",
    re.IGNORECASE,
)
GOES_ON: Final = re.compile(r"(?:and|or|which|because|so that|to|with|when|if|but|instead|as|than)\b")
BOUNDARY: Final = re.compile(r"(?<=[.!?])[\"')]{0,3}\s+(?=[A-Z0-9`\"'(]|i\b)|\s\.\.\.\s|;\s+(?=(?:i|you|we)\b)")
ABBREVIATION: Final = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|no|dr|mr|mrs|ms|st)\.$", re.IGNORECASE)
BULLET: Final = re.compile(r"^[\s•*·>–-]+|^\d{1,2}[.)]\s+")
LEADS: Final = (
    r"ok(?:ay)?|so|well|yeah|yes|yep|yup|no|nope|but|and|also|oh|ah|h+m+|heh|haha|hi|hello|hey|all|folks|team|anyway"
    r"|actually|basically|btw|fwiw|afaik|afaict|imo|imho|iirc|iiuc|otoh|fyi|tbh|right|sure|lol|eh|um|uh|or|then|plus"
    r"|because|since|like|i mean|you know|i (?:think|guess|believe|suppose|would say|'d say)(?: that)?|note that|guys"
    r"|everyone|sorry|please|maybe|perhaps|though|specifically|personally|honestly|alternatively|apparently|of course"
    r"|np|evening|cool|nice|great|good(?: point| question| news| morning)?|thanks|just|quick (?:update|note|question)"
    r"|number (?:one|two|three|four)|heads[- ]up|update|psa|reminder|morning|awesome|perfect|agreed|in particular"
    r"|in general|however|true|be (?:warned|aware)|mind you|first of all|at least|remember"
)
LEAD: Final = re.compile(rf"(?:{LEADS})(?![\w'-])[\s,:;.!–-]*", re.IGNORECASE)
ANNOUNCEMENT: Final = re.compile(r"((?:[^\s:`]+ ){2,11}[^\s:`/]+):\s+")
ANNOUNCES: Final = re.compile(
    r"(?:from|note|tip|text|sentence|after|big|another|last|short|reminder|rule) ", re.IGNORECASE
)
PLACES: Final = re.compile(r"(?:in|on|at|when|if|with|under|only|because|unless|without|to) ", re.IGNORECASE)
"""A place or a condition before the colon belongs to what follows it."""
BACKWARD: Final = re.compile(r"\b(?:its?|their|them|they|this|that|these|those)\b", re.IGNORECASE)
LEAST_ANNOUNCED: Final = 5
TRAIL: Final = re.compile(
    r"[,\s]+(?:though|right|yeah|no|eh|heh|lol|haha|i think|i guess|afaik|iirc|imo|imho|actually|anyway|btw|too|fwiw)"
    r"[.!?]{0,3}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    said: str
    """As it was said, without markup."""
    text: str
    """Tidied: without the words that only lead in or out."""
    turn: Turn
    parts: tuple[Part, ...]
    """The messages it was said in, each with its share."""

    def quotes(self) -> list[Quote]:
        return [verbatim(part.message, part.text) for part in self.parts]


def sentences(turn: Turn) -> list[Sentence]:
    return [sentence for block in _blocks(turn) for sentence in _split(turn, block)]


def whole(turn: Turn) -> list[Quote]:
    """The turn in its own words."""
    return [verbatim(part.message, part.text) for part in turn.parts]


def tidy(said: str) -> str:
    """The sentence as a title shows it."""
    text = BULLET.sub("", said).strip(" ,;:-")
    while (lead := LEAD.match(text)) and lead.end() < len(text):
        text = text[lead.end() :]
    text = _without_announcement(text)
    text = " ".join(text.replace(LINK_MARK, " ").split())
    text = re.sub(r"([.!?,])\1+", r"\1", TRAIL.sub("", text))
    return _capital(re.sub(r"\bi\b(?=['\s])", "I", text).strip(" ,;:-"))


def _without_announcement(text: str) -> str:
    """The text behind words that only announce it: "the auditor was clear: ..."."""
    found = ANNOUNCEMENT.match(text)
    if not found or PLACES.match(text) or len(text[found.end() :].split()) < LEAST_ANNOUNCED:
        return text
    rest = text[found.end() :]
    named = BACKWARD.search(rest) is None
    return rest if named and (ANNOUNCES.match(text) or has_verb(found[1])) else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+(?=['\s,;:!?]|$)", text) else text


def _blocks(turn: Turn) -> Iterator[list[Part]]:
    """Lines that form one text: a line joins the one before only where that is visibly unfinished."""
    block: list[Part] = []
    for part in turn.parts:
        for line in filter(None, (line.strip() for line in part.text.split("\n"))):
            if block and not (UNFINISHED.search(block[-1].text) or GOES_ON.match(line)):
                yield block
                block = []
            block.append(Part(part.message, line))
    if block:
        yield block


def _split(turn: Turn, block: Sequence[Part]) -> Iterator[Sentence]:
    text = " ".join(part.text for part in block)
    for begin, end in _spans(text):
        said = text[begin:end].strip(" -•*")
        if said and len(said) <= LONGEST:
            yield Sentence(said, tidy(said), turn, _shares(block, begin, end))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for boundary in BOUNDARY.finditer(text):
        if not ABBREVIATION.search(text[max(0, boundary.start() - 8) : boundary.start()]):
            yield begin, boundary.start()
            begin = boundary.end()
    yield begin, len(text)


def _shares(block: Sequence[Part], begin: int, end: int) -> tuple[Part, ...]:
    """The pieces of the block between two positions of its joined text."""
    shares, at = [], 0
    for part in block:
        share = part.text[max(0, begin - at) : max(0, end - at)].strip()
        if share:
            shares.append(Part(part.message, share))
        at += len(part.text) + 1
    return tuple(shares)


def verbatim(message: Message, words: str) -> Quote:
    """The stretch of the raw message that holds these words, or all that was read of it: always an exact substring."""
    raw = message.text
    if words and words in raw:
        return Quote(message.id, words)
    read = raw[:MOST_CHARACTERS]
    span = _stretch([word.casefold() for word in re.findall(r"\w+", words)], read)
    return Quote(message.id, read[slice(*span)] if span else read.strip())


def _stretch(words: Sequence[str], raw: str) -> tuple[int, int] | None:
    """From the first to the last of the words, found one after another in the raw text."""
    found = [(match.group().casefold(), match.span()) for match in re.finditer(r"\w+", raw)]
    spans, at = [], 0
    for word in words:
        at = next((k for k in range(at, len(found)) if found[k][0] == word), len(found)) + 1
        if at > len(found):
            return None
        spans.append(found[at - 1][1])
    if not spans:
        return None
    tail = re.compile(r"[.!?)`\"']*").match(raw, spans[-1][1])
    return spans[0][0], tail.end() if tail else spans[-1][1]
