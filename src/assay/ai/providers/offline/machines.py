"""Authors and lines that are machines: their words are logs, not what people know."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from assay.ai.extractor import Message
from assay.ai.providers.offline.cleaning import IRC_FORMAT

NAME: Final = re.compile(
    r"(?:(?<!tal)(?<!ab)(?<!ca)bot|bugs|jenkins|travis|circleci|meetingology|logmsg|^CIA-\d+|github|gitlab|jira|pagerduty|sentry|webhook)\d*$"
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
    r"\W*(?:decision|decided|agreed|action|todo|note|info|idea|topic|subtopic|vote|link)\b\W*(?:the |we )?",
    re.IGNORECASE,
)
"""A person who records what was decided opens every line with it."""
LINES_TO_JUDGE: Final = 12
MOST_CHARACTERS: Final = 400
SHARE_OF_SAME_OPENINGS: Final = 0.6


def is_machine_line(raw: str) -> bool:
    return LINE.match(IRC_FORMAT.sub("", raw[:MOST_CHARACTERS]).lstrip()) is not None


def machine_authors(messages: Sequence[Message]) -> frozenset[str]:
    """Authors flagged or named as machines, and those whose many lines share few openings."""
    openings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    flagged = set()
    for message in messages:
        openings[message.author][_opening(message.text)] += 1
        if message.is_bot or NAME.search(message.author):
            flagged.add(message.author)
    return frozenset(flagged | {author for author, seen in openings.items() if _repeats_itself(seen)})


def _opening(raw: str) -> str:
    said = LABEL.sub("", raw[:200])
    return " ".join(re.sub(r"[\d\W_]+", " ", said).split()[:2]).casefold()


def _repeats_itself(openings: Counter[str]) -> bool:
    lines = openings.total()
    frequent = [(text, n) for text, n in openings.most_common(3) if len(text.split()) == 2]
    return lines >= LINES_TO_JUDGE and sum(n for _, n in frequent) > SHARE_OF_SAME_OPENINGS * lines
