"""Words of a text that are not its author's. They are marked, never cut.

The marks are stored with the message, and nobody reads what they cover as its author's. So only what mail programs and
exports mark beyond doubt is here; what a judge doubts besides is in `ai.grounding.own_words`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from assay.readers.records import IncomingMessage, TextSpan

LINE: Final = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
WROTE: Final = (
    r"(?:wrote|writes|schrieb|schreibt|a écrit|écrivait|escribió|escribe|ha scritto|scrive|escreveu|schreef|skrev"
    r"|napisał\w?|pisze|писал\w?|пишет|написал\w?|yazdı|kirjoitti|írta|napsal\w?|写道|のメール)"
)
HAS_WROTE: Final = re.compile(WROTE, re.IGNORECASE)
ATTRIBUTION: Final = re.compile(
    rf"^(?!>)(?=[^\n]{{0,200}}[\d@])[^\n]{{0,200}}(?:\n(?!>)[^\n]{{0,120}}){{0,2}}?\b{WROTE}[^\n]{{0,60}}:[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Who wrote what follows, and when: at most three lines."""
LABEL: Final = (
    r"\*?(?:from|von|de|da|van|från|fra|od|от|kimden|sent|date|gesendet|datum|envoyé|enviado|data|inviato|verzonden"
    r"|skickat|sendt|wysłano|дата|отправлено|fecha|tarih|to|an|à|para|a|aan|till|til|do|кому|kime|cc|kopie|subject"
    r"|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|temat|тема|konu)\s?:\*?"
)
ORIGINAL: Final = (
    r"-{2,}[ \t]*(?:original message|ursprüngliche nachricht|message d.origine|mensaje original|messaggio originale"
    r"|mensagem original|oorspronkelijk bericht|forwarded message|weitergeleitete nachricht|message transféré"
    r"|mensaje reenviado|исходное сообщение|пересылаемое сообщение)[ \t]*-{2,}"
)
HEADERS: Final = re.compile(
    rf"^[ \t]*{ORIGINAL}[ \t]*$|(?:\A|(?<=\n\n)|(?<=_\n)|(?<=-\n))(?:{LABEL}[^\n]{{0,300}}\n){{2}}{LABEL}",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a mail begins that is quoted whole: a rule that says so, or three labels of its head."""


def passed_on(text: str) -> tuple[TextSpan, ...]:
    """The spans of a text that mail programs and people mark as somebody else's words."""
    return tuple(_passed_on(text))


def words_of_others(message: IncomingMessage) -> list[TextSpan]:
    """All that is not its author's in a message: what the export says of it, and what its text shows."""
    return [*message.quoted, *passed_on(message.text)]


def _passed_on(text: str) -> Iterator[TextSpan]:
    yield from (TextSpan(*found.span()) for found in LINE.finditer(text))
    if found := HEADERS.search(text):
        yield TextSpan(found.start(), len(text))
    if not HAS_WROTE.search(text):
        return
    for found in ATTRIBUTION.finditer(text):
        below = text[found.end() :].lstrip()
        is_marked = below.startswith((">", "&gt;"))
        yield TextSpan(found.start(), found.end() if is_marked else len(text))


def in_own_words(text: str, quoted: Sequence[Sequence[int]] | None) -> str:
    """The text with a blank for each character of these spans: every other word keeps its place."""
    if not quoted:
        return text
    parts: list[str] = []
    at = 0
    for start, end in sorted((start, end) for start, end in quoted):
        if end > at:
            parts += [text[at:start], _blanked(text[max(at, start) : end])]
            at = end
    return "".join([*parts, text[at:]])


def _blanked(words: str) -> str:
    return "\n".join(" " * len(line) for line in words.split("\n"))


class Joining:
    """A text in the making, of which some parts are somebody else's words."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._spans: list[TextSpan] = []
        self._length = 0

    def __bool__(self) -> bool:
        return bool(self._length)

    def add(self, words: str, *, is_quoted: bool = False, quoted: Iterable[TextSpan] = ()) -> None:
        """`quoted`: spans of these words that are somebody else's."""
        if is_quoted and words:
            self._spans.append(TextSpan(self._length, self._length + len(words)))
        self._spans += [TextSpan(start + self._length, end + self._length) for start, end in quoted]
        self._parts.append(words)
        self._length += len(words)

    def paragraph(self, words: str, *, is_quoted: bool = False, quoted: Iterable[TextSpan] = ()) -> None:
        """As `add`, on a line of its own."""
        if not words.strip():
            return
        if self._length:
            self.add("\n")
        self.add(words, is_quoted=is_quoted, quoted=quoted)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def stripped(self) -> tuple[str, tuple[TextSpan, ...]]:
        """Text and spans without white space around the whole."""
        text = self.text
        lead = len(text) - len(text.lstrip())
        bare = text.strip()
        spans = (TextSpan(max(0, start - lead), min(len(bare), end - lead)) for start, end in self._spans)
        return bare, tuple(span for span in spans if span.start < span.end)
