"""How a thing is said: jokes, guesses, thoughts and passing moments are not knowledge."""

import re
from typing import Final, NamedTuple

from assay.ai.providers.offline.patterns import phrases


class Doubt(NamedTuple):
    reason: str
    pattern: re.Pattern[str]


DOUBTS: Final = (
    Doubt("said as a joke", re.compile(
        r"(?<!\w)(?:lol|lmao|rofl|ha(?:ha)+|hehe|j/k|jk|kidding|joking|joke|/s)(?!\w)|[😂🤣😜😉😆🙃]|;-?\)",
        re.IGNORECASE,
    )),
    Doubt("said as a guess", phrases(r"""
        (?:i|we) (?:might|may|could) be (?:wrong|mistaken), not (?:really |entirely |quite |so |100% )?sure,
        unsure, no idea, i guess, don't (?:quote|hold) me, don't remember,
        if i (?:remember|recall)(?: correctly)?, iirc, correct me if, maybe, perhaps, i suspect,
        just a (?:guess|hunch), presumably, take (?:it|this) with a grain
    """)),
    Doubt("only a thought", phrases(r"""
        what if, imagine, hypothetical(?:ly)?, in theory, theoretically, thinking out loud, brainstorm(?:ing)?,
        would be (?:cool|nice|great|fun|awesome), could be (?:cool|nice|fun), suppose,
        if (?:we|i) (?:ever|were|had|could), someday, one day, wild idea, crazy idea, someone should,
        considering, thinking (?:about|of), we (?:could|might)(?: also| just| maybe)? \w+, not decided,
        haven't decided, undecided, to be decided, tbd
    """)),
    Doubt("true only for a moment", phrases(r"""
        for today, today only, today, tonight, tomorrow, this (?:morning|afternoon|evening), temporarily,
        temporary (?:fix|workaround|solution|measure),
        just for now, for the moment, until (?:tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|noon),
        in (?:a few|five|ten|half an|a) (?:minutes?|mins?|hours?|moment), right now, brb, ooo,
        out of office
    """)),
)  # fmt: skip
APPOINTMENT: Final = Doubt(
    "an appointment", phrases(r"at \d{1,2}(?::\d\d)? ?(?:am|pm|utc|cet|est|pst|o'clock), at \d{1,2}:\d\d")
)
HEDGE: Final = phrases(r"""
    might, probably, i think, could, seems?, afaik, imo, imho, likely, possibly, somewhat, kind of, sort of
""")
RECURRING: Final = phrases(r"""
    every, each, always, never, hourly, daily, nightly, weekly, monthly, quarterly, yearly, \w+days
""")
"""A time of day that returns is no passing moment."""
PASSING: Final = phrases(r"now, recently, still, yet, so far, ago, was, were, had, currently, at the moment")


def doubt(said: str) -> str | None:
    """Why a reader should doubt that this is meant to last, or nothing."""
    found = next((doubt.reason for doubt in DOUBTS if doubt.pattern.search(said)), None)
    if found is None and APPOINTMENT.pattern.search(said) and not RECURRING.search(said):
        return APPOINTMENT.reason
    return found
