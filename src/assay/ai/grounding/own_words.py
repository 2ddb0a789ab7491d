"""What of a message its author says: not what is quoted, forwarded, pasted or code.

More than `readers.quotes` marks for good when a message comes in. That takes words away from whoever reads the message,
so it goes by the marks of mail programs alone; a doubt of the judge costs no more than an approval that waits.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.lexicon import MAX_CHARACTERS
from assay.readers.quotes import passed_on
from assay.readers.records import TextSpan
from assay.text.markup import called, nickname

TIME: Final = r"[\[(]?(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[T ,]*)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[ap]m)?[\])]?[\s,-]+"
LINE: Final = re.compile(
    rf"^[ \t]*(?:(?:\|\s|»|❝).*|(?:{TIME})?<[^<>\n]{{1,40}}>\s.*|{TIME}[^\s:][^:\n]{{0,40}}:\s.*)$",
    re.IGNORECASE | re.MULTILINE,
)
"""A line quoted by a mark that mail programs do not set, or one of a chat log."""
CODE: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
SPOKEN: Final = re.compile(r"^[ \t]*(?P<name>[^\W\d][\w.' -]{0,30}):[ \t]+\S", re.MULTILINE)
MIN_SPOKEN: Final = 2
"""Lines of the form `name: ...` from which a text is a pasted talk."""
IN_MARKS: Final = re.compile(r"[\"“„«](?=\S)[^\"“”„«»\n]{12,600}[\"”“»]")


ADDRESSED: Final = re.compile(r"\s*([^\W\d][\w\[\]\\`^{}|.-]{1,23}): +(?=\S)")
MAX_SHARE: Final = 0.6
"""Of a sentence, that may stand in quotation marks before it is somebody else's."""


@cache
def _below() -> re.Pattern[str]:
    """Where a mail or a forward begins, as people paste it too: from here on somebody else speaks."""
    introduction, forwarded = lexicon.alternatives("mail", "introduction"), lexicon.alternatives("mail", "forwarded")
    header = lexicon.alternatives("mail", "headers")
    return re.compile(
        rf"^\W{{0,4}}{introduction}\s*:\s*$|^\W{{0,8}}{forwarded}\W{{0,8}}(?:$|(?<=:))"
        rf"|^{header}\s?:[^\n]{{2,200}}\n{header}\s?:",
        re.IGNORECASE | re.MULTILINE,
    )


@lru_cache(maxsize=4_096)
def foreign(text: str) -> tuple[TextSpan, ...]:
    """The spans that its author only passes on."""
    return tuple(_foreign(text[:MAX_CHARACTERS]))


def _foreign(text: str) -> Iterator[TextSpan]:
    yield from passed_on(text)
    if found := _below().search(text):
        below = text[found.end() :].lstrip()
        yield TextSpan(found.start(), found.end() if below.startswith((">", "&gt;")) else len(text))
    for each in (LINE, CODE):
        yield from (TextSpan(*match.span()) for match in each.finditer(text))
    spoken = list(SPOKEN.finditer(text))
    if len({match["name"].casefold() for match in spoken}) >= MIN_SPOKEN:
        yield from (TextSpan(match.start(), _line_end(text, match.start())) for match in spoken)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def is_own(text: str, start: int, end: int) -> bool:
    """Whether the author says these words, and says them for himself."""
    if any(span.start < end and start < span.end for span in foreign(text)):
        return False
    marked = sum(len(found[0]) for found in IN_MARKS.finditer(text[:MAX_CHARACTERS], start, end))
    return marked <= MAX_SHARE * (end - start)


@lru_cache(maxsize=4_096)
def own_words(text: str) -> str:
    """The text with blanks in place of what is only passed on."""
    text = text[:MAX_CHARACTERS]
    for span in foreign(text):
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text


def without_named(text: str, people: Iterable[str]) -> str:
    """The text with blanks in place of whom it speaks to, "tom: ...", where that is one of these authors.

    A word that says when, or how far, may be no name: "May: ...", "Will: ...".
    """
    found = ADDRESSED.match(text)
    name = nickname(found[1]) if found else ""
    if not found or _is_a_word(name) or not any(name in called(each) for each in people):
        return text
    return " " * found.end() + text[found.end() :]


def _is_a_word(name: str) -> bool:
    return lexicon.is_limiting(name) or any(
        name in lexicon.words("grammar", each) for each in ("calendar", "function_words")
    )
