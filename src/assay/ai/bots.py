"""Authors and lines that are machines: their words are logs, not what people know."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from assay.ai.extractor import Message
from assay.text.markup import IRC_FORMAT

NAME: Final = re.compile(
    r"(?:(?<!tal)(?<!ab)(?<!ca)bot|bugs|jenkins|travis|circleci|meetingology|logmsg|^CIA-\d+|github|gitlab|jira|pagerduty|sentry|webhook)\d*$"
    r"|^(?:ubot\w{0,3}|ubugtu)$"
    r"|^(?:gerrit|ubot|ubottu|lp|jenkins|github|gitlab|slack)[-_]|^(?:slackbot|uslackbot)$|(?:\[bot\]|[-_ ]bot)$",
    re.IGNORECASE,
)
REVIEWS: Final = (
    r"New (?:patchset|review)\b|Change (?:merged|abandoned|on|restored)\b|Launchpad bug \d+|Bug \d+ in \S+|\S+ \* r\d+ "
    r"|\[[\w/ .-]+\] \S+ (?:pushed|opened|closed|merged|commented|created|synchronized)\b"
    r"|[A-Z]{2,8}-\d+ (?:was )?(?:created|closed|resolved|assigned|updated|moved)\b"
)
COMINGS_AND_GOINGS: Final = (
    r"(?:\*+ ?|-!- |<-- |--> )?\S+ (?:\([^)]{0,60}\) |\[[^\]]{0,60}\] )?(?:has |have )?"
    r"(?:joined|left|quit|parted|set the channel|renamed the channel|pinned a message|changed the topic"
    r"|uploaded a file)\b(?! (?:the team|us|me|on|from|to)\b)"
)
BUILDS_AND_LOGS: Final = (
    r"(?:Build|build|Pipeline|Job|Deploy(?:ment)?|Workflow)(?: run)? #?\d+\b"
    r"|\W{0,4}(?:ALERT(?:ING)?|FIRING|RESOLVED|TRIGGERED|ACKNOWLEDGED|CRITICAL|RECOVERED|FAILED|PASSED)\b[\]:* ]"
    r"|\[?(?:DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL)\]? [\w.:-]+|\d{4}-\d\d-\d\d[T ]\d\d:\d\d|![a-z]\w*"
)
LINE: Final = re.compile(f"{REVIEWS}|{COMINGS_AND_GOINGS}|{BUILDS_AND_LOGS}")
LABEL: Final = re.compile(
    r"[\W_]*(?:decision|decided|agreed|action(?: item)?|todo|note|info|idea|topic|subtopic|vote|link)\b\]?\s?[:–—]"
    r"|\W{0,3}[#\[](?:decision|decided|agreed|action|todo|note|info|idea|topic|subtopic|vote|link)\b",
    re.IGNORECASE,
)
"""A person who records what was decided opens every line with one."""
LINES_OF_NOTES: Final = 4
LINES_TO_JUDGE: Final = 12
MAX_CHARACTERS: Final = 400
SHARE_OF_SAME_OPENINGS: Final = 0.6
MAX_NEW_WORDS: Final = 0.5
"""Share of different words: a form that is filled in has few."""


def is_bot_line(raw: str) -> bool:
    return LINE.match(IRC_FORMAT.sub("", raw[:MAX_CHARACTERS]).lstrip()) is not None


class Speakers(NamedTuple):
    """Messages by who speaks. Comings and goings, builds and logs are neither."""

    people: list[Message]
    machines: list[Message]


def split_bots(messages: Sequence[Message]) -> Speakers:
    robots = bot_authors(messages)
    told = [message for message in messages if not is_bot_line(message.text)]
    return Speakers(
        [message for message in told if message.author not in robots],
        [message for message in told if message.author in robots],
    )


def bot_authors(messages: Sequence[Message]) -> frozenset[str]:
    """Authors flagged or named as machines, and those whose many lines share few openings."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    flagged = set()
    for message in messages:
        said[message.author].append(_shape(message.text))
        if message.is_bot or NAME.search(message.author):
            flagged.add(message.author)
    return frozenset(flagged | {author for author, shapes in said.items() if _repeats_itself(shapes)})


def _shape(raw: str) -> str:
    """The words without numbers; nothing of a line that a person labels, nor of notes, which begin alike."""
    return (
        ""
        if LABEL.match(raw[:40]) or raw.count("\n") >= LINES_OF_NOTES
        else re.sub(r"[\d\W_]+", " ", raw[:200]).strip().casefold()
    )


def _repeats_itself(shapes: Sequence[str]) -> bool:
    """Most lines open alike, and have few words that the others have not."""
    openings = Counter(" ".join(shape.split()[:2]) for shape in shapes)
    frequent = {text for text, _ in openings.most_common(3) if len(text.split()) == 2}
    alike = [shape.split() for shape in shapes if " ".join(shape.split()[:2]) in frequent]
    if len(shapes) < LINES_TO_JUDGE or len(alike) <= SHARE_OF_SAME_OPENINGS * len(shapes):
        return False
    words = [word for shape in alike for word in shape]
    return len(set(words)) <= MAX_NEW_WORDS * len(words)
