"""Lines that say themselves what they are: "#agreed ...", "[ACTION] ...", "Decision: ..."."""

import re
from enum import StrEnum
from typing import Final, NamedTuple


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


MARKERS: Final = {
    "agreed": Marker.AGREED,
    "decision": Marker.AGREED,
    "decided": Marker.AGREED,
    "action": Marker.ACTION,
    "action item": Marker.ACTION,
    "vote": Marker.VOTE,
    "info": Marker.INFO,
    "idea": Marker.IDEA,
    "topic": Marker.TOPIC,
    "subtopic": Marker.TOPIC,
}
OTHERS: Final = (
    "link|startvote|endvote|startmeeting|endmeeting|progress|chair|halp|help|meetingname|nick|undo|save|voters"
)
_NAMES: Final = "|".join(sorted(MARKERS, key=len, reverse=True)) + "|" + OTHERS
TAGGED: Final = re.compile(rf"\s*(?:#|\[)({_NAMES})\b\]?:?\s*(.*)", re.IGNORECASE | re.DOTALL)
LABELLED: Final = re.compile(
    r"\W{0,6}(agreed|decision|decided|action item|action)\s?[:–—]\W{0,4}\s+(.*)", re.IGNORECASE | re.DOTALL
)


def labelled(text: str) -> Directive | None:
    """A sentence that starts with its label."""
    found = LABELLED.match(text)
    return Directive(MARKERS[found[1].casefold()], found[2]) if found else None


def directive_of(text: str) -> Directive | None:
    if found := TAGGED.match(text) or LABELLED.match(text):
        return Directive(MARKERS.get(found[1].casefold(), Marker.OTHER), " ".join(found[2].split()))
    return None
