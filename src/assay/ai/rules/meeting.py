"""Lines that say themselves what they are: "#agreed ...", "[ACTION] ...", "Decision: ..."."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from assay.ai.rules.lexicon import any_of, entries


class Marker(StrEnum):
    AGREED = "agreed"
    ACTION = "action"
    VOTE = "vote"
    INFO = "info"
    IDEA = "idea"
    TOPIC = "topic"
    OTHER = "other"


class Directive(NamedTuple):
    marker: Marker
    body: str


MARKERS: Final = {word: marker for marker in Marker for word in entries("marked", marker)}
DECIDING: Final = frozenset({Marker.AGREED, Marker.ACTION})
_NAMES: Final = any_of(sorted(MARKERS, key=len, reverse=True))
_LABELS: Final = any_of(sorted((word for word in MARKERS if MARKERS[word] in DECIDING), key=len, reverse=True))
TAGGED: Final = re.compile(rf"\s*(?:#|\[)({_NAMES})\b\]?:?\s*(.*)", re.IGNORECASE | re.DOTALL)
LABELLED: Final = re.compile(rf"\W{{0,6}}({_LABELS})\s?[:–—]\W{{0,4}}\s+(.*)", re.IGNORECASE | re.DOTALL)


def labelled(text: str) -> Directive | None:
    """A sentence that starts with its label."""
    found = LABELLED.match(text)
    return Directive(_marker(found[1]), found[2]) if found else None


def directive_of(text: str) -> Directive | None:
    if found := TAGGED.match(text) or LABELLED.match(text):
        return Directive(_marker(found[1]), " ".join(found[2].split()))
    return None


def _marker(label: str) -> Marker:
    """Of a label as it is written: in any case, which is more spellings than one has in small letters."""
    return MARKERS.get(label.casefold(), Marker.OTHER)
