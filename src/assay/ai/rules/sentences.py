"""Sentences of a turn: where lines belong together, where they end, and the exact words they were written in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from assay.ai.extractor import Message, Quote
from assay.ai.grounding.sentences import NUMBERED
from assay.ai.rules.lexicon import alternatives
from assay.ai.rules.turns import Part, Turn
from assay.text.markup import MAX_CHARACTERS, strip_markup

MAX_SENTENCE: Final = 500
UNFINISHED: Final = re.compile(rf"(?:,|\b{alternatives('sentence', 'unfinished')})$", re.IGNORECASE)
GOES_ON: Final = re.compile(rf"{alternatives('sentence', 'going_on')}\b")
BOUNDARY: Final = re.compile(r"(?<=[.!?])[\"')]{0,3}\s+(?=[A-Z0-9`\"'(]|i\b)|\s\.\.\.\s|;\s+(?=(?:i|you|we)\b)")
ABBREVIATION: Final = re.compile(rf"\b{alternatives('sentence', 'abbreviations')}\.$", re.IGNORECASE)
BULLET: Final = re.compile(r"^(?:[\s•·>]|[*–-](?=\s))+|^\d{1,2}[.)]\s+")
"""No sign of a number or a pattern: "-5 °C" and "*.log" stay whole."""
FILLERS: Final = alternatives("sentence", "fillers")
CALLS: Final = alternatives("sentence", "calls")
"""Words that say nothing before a sign, and something without one: "all, ..." and "all ...", "update: ..." and
"update the ..."."""
SO_IS: Final = (
    r"far|that|long|many|much|as|few|little|do(?:es)?|did|is|are|was|were|ha(?:s|ve)|can|will|must|should|would"
)
"""Behind "so" these make it a word of its own."""
LEAD: Final = re.compile(
    rf"(?:{FILLERS}(?![\w'-])[\s,:;.!–]*|so (?!{SO_IS})"
    rf"|note that |{CALLS}(?:\s?[,:;.!–]+\s*|\s-\s))(?:-+\s+)?",
    re.IGNORECASE,
)
FIRST_WORD: Final = re.compile(r"[^\W\d_]+(?=['’\s,;:!?]|$)")
TRAIL: Final = re.compile(rf"[,\s]+{alternatives('sentence', 'trailing')}[.!?]{{0,3}}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    said: str
    """As it was said, without markup."""
    text: str
    """A piece of its quote: without greetings and fillers around it, links included."""
    turn: Turn
    message: Message

    def quotes(self) -> list[Quote]:
        return [verbatim(self.message, self.said)]


def sentences(turn: Turn) -> list[Sentence]:
    return [sentence for block in _blocks(turn) for sentence in _split(turn, block)]


def whole(turn: Turn) -> list[Quote]:
    """The turn in its own words."""
    return [verbatim(part.message, part.text) for part in turn.parts]


def tidy(said: str) -> str:
    """The sentence as a title shows it: greetings and fillers around it are left out, never a word that means
    something."""
    text = BULLET.sub("", said).strip(" ,;:")
    while (lead := LEAD.match(text)) and lead.end() < len(text):
        text = text[lead.end() :]
    return capital(" ".join(TRAIL.sub("", text).split()).strip(" ,;:"))


def capital(text: str) -> str:
    """With a first capital, where the first word is no name or command written otherwise."""
    first = FIRST_WORD.match(text)
    return text[:1].upper() + text[1:] if first and first[0].islower() else text


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
    """The sentences of one message each: half a sentence says something else than the whole."""
    text = " ".join(part.text for part in block)
    for begin, end in _spans(text):
        said = BULLET.sub("", text[begin:end]).strip()
        messages = _messages(block, begin, end)
        if said and len(said) <= MAX_SENTENCE and len(messages) == 1:
            yield Sentence(said, _worded(said, messages[0]), turn, messages[0])


def _messages(block: Sequence[Part], begin: int, end: int) -> list[Message]:
    """Those between two positions of the joined text of a block."""
    found, at = [], 0
    for part in block:
        if at < end and begin < at + len(part.text):
            found.append(part.message)
        at += len(part.text) + 1
    return list({message.id: message for message in found}.values())


def _worded(said: str, message: Message) -> str:
    """Tidied; in the words of the message where something was left out between them, as a link."""
    text, quoted = tidy(said), strip_markup(verbatim(message, said).text)
    return text if _words(text) in _words(quoted) else tidy(quoted)


def _words(text: str) -> str:
    return " ".join(["", *re.findall(r"\w+", text.casefold()), ""])


def _spans(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for boundary in BOUNDARY.finditer(text):
        before = text[max(0, boundary.start() - 8) : boundary.start()]
        numbered = NUMBERED.search(before) and text[boundary.end() : boundary.end() + 1].isdigit()
        if not (numbered or ABBREVIATION.search(before)):
            yield begin, boundary.start()
            begin = boundary.end()
    yield begin, len(text)


def verbatim(message: Message, words: str) -> Quote:
    """The stretch of the raw message that holds these words, or all that was read of it: always an exact substring."""
    raw = message.text
    if words and words in raw:
        return Quote(message.id, words)
    read = raw[:MAX_CHARACTERS]
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
