"""How a thing is said: jokes, guesses, thoughts and passing moments are not knowledge."""

import re
from typing import Final, NamedTuple

from assay.ai.rules.lexicon import alternatives, phrases


class Doubt(NamedTuple):
    reason: str
    pattern: re.Pattern[str]


JOKING: Final = re.compile(
    rf"(?<!\w){alternatives('doubt', 'joking')}(?!\w)|{alternatives('doubt', 'joke_signs')}", re.IGNORECASE
)
DOUBTS: Final = (
    Doubt("said as a joke", JOKING),
    Doubt("said as a guess", phrases("doubt", "guessing")),
    Doubt("only a thought", phrases("doubt", "thinking_aloud")),
    Doubt("true only for a moment", phrases("doubt", "momentary")),
)
APPOINTMENT: Final = Doubt("an appointment", phrases("doubt", "appointment"))
HEDGE: Final = phrases("doubt", "hedging")
RECURRING: Final = phrases("doubt", "recurring")
"""A time of day that returns is no passing moment."""
PASSING: Final = phrases("doubt", "passing")


def doubt(said: str) -> str | None:
    """Why a reader should doubt that this is meant to last, or nothing."""
    found = next((doubt.reason for doubt in DOUBTS if doubt.pattern.search(said)), None)
    if found is None and APPOINTMENT.pattern.search(said) and not RECURRING.search(said):
        return APPOINTMENT.reason
    return found
