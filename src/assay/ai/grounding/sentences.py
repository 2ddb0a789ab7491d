"""The sentences of a message, by their places in it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from assay.ai.grounding.lexicon import MAX_CHARACTERS
from assay.readers.records import TextSpan

BOUNDARY: Final = re.compile(
    r"\n+|(?<=[.!?…])[\"')»”*_]{0,3}\s+(?=[^\W_]|[\"'(«„“*_`#\[@+]|[\U0001F000-\U0001FAFF\u2600-\u27BF])"
)
ABBREVIATED: Final = re.compile(
    r"(?<![\w.])(?:[a-z]\.(?:[a-z]\.)*|e\.g\.|i\.e\.|etc\.|vs\.|cf\.|approx\.|art\.|abs\.|bzw\.|z\.\s?b\.|u\.\s?a\.|d\.\s?h\.|ca\.|dr\.|mr\.|mrs\.|ms\.|prof\.|st\.|p\.\s?ex\.|sra?\.|dña?\.|sig\.|dott\.|np\.|tzn\.)\s*$",
    re.IGNORECASE,
)
NUMBERED: Final = re.compile(r"(?<!\w)(?:n[or]|ok)\.\s*$", re.IGNORECASE)
"""Before a figure: "no. 5" goes on, and "No. We decided otherwise." does not."""
BULLET: Final = re.compile(r"(?:[\s•·>]|[*–—-](?=\s)|\*{1,3}(?=\w[^*\n]*\*)|_{1,3}(?=[^\W_][^_\n]*_))*")
"""Signs before a sentence, and the first of a pair that sets words off; "*.log" and "-5" stay whole."""


@lru_cache(maxsize=4_096)
def sentence_spans(text: str) -> Sequence[TextSpan]:
    """Where each sentence begins and ends; a line break ends one too."""
    text = text[:MAX_CHARACTERS]
    found, begin = [], 0
    for boundary in BOUNDARY.finditer(text):
        is_line = "\n" in boundary[0]
        before = text[max(begin, boundary.start() - 10) : boundary.start()]
        numbered = NUMBERED.search(before) and text[boundary.end() : boundary.end() + 1].isdigit()
        if is_line or not (numbered or ABBREVIATED.search(before)):
            found.append(TextSpan(begin, boundary.start()))
            begin = boundary.end()
    found.append(TextSpan(begin, len(text)))
    return [trimmed for span in found if (trimmed := _trimmed(text, span)).start < trimmed.end]


def _trimmed(text: str, span: TextSpan) -> TextSpan:
    bullet = BULLET.match(text, span.start, span.end)
    start = bullet.end() if bullet else span.start
    return TextSpan(start, start + len(text[start : span.end].rstrip()))


def around(text: str, start: int, end: int) -> TextSpan:
    """From the beginning of the first to the end of the last sentence that these places touch."""
    touched = [span for span in sentence_spans(text) if span.start < end and start < span.end]
    return TextSpan(touched[0].start, touched[-1].end) if touched else TextSpan(start, end)
