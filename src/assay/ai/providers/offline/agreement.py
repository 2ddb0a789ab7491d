"""Who consents or objects to what was just said."""

from typing import Final

from assay.ai.providers.offline.cleaning import called
from assay.ai.providers.offline.patterns import opening
from assay.ai.providers.offline.turns import Chat, Turn

TURNS_TO_CONSENT: Final = 10
SECONDS_TO_CONSENT: Final = 30 * 60
TURNS_TO_OBJECT: Final = 4
OBJECTING: Final = opening(r"""
    -1, no, nope, nah, please (?:no|don't), i (?:object|disagree|don't (?:agree|
        think so)), disagree, not so fast, 👎, :-1:,
    :thumbsdown:, veto, hold on
""")
COST_OF_AN_OBJECTION: Final = 0.12


def agreeing_after(chat: Chat, turn: Turn) -> list[Turn]:
    """The first consent of every other author, until somebody else puts up the next thing."""
    agreeing: dict[str, Turn] = {}
    for later in chat.after(turn, TURNS_TO_CONSENT, SECONDS_TO_CONSENT):
        if later.directive:
            break
        if later.author == turn.author:
            continue
        if later.agrees and (not later.addressed or called(turn.author) & later.addressed):
            agreeing.setdefault(later.author, later)
        elif "?" in later.text and not agreeing:
            break
    return list(agreeing.values())


def objecting_after(chat: Chat, turn: Turn) -> list[Turn]:
    """Others who answer it by speaking against it."""
    following = chat.after(turn, TURNS_TO_OBJECT, SECONDS_TO_CONSENT)
    answers = (later for later in following if later.author != turn.author and turn in _chain(later))
    return [later for later in answers if OBJECTING.match(later.text or later.parts[0].message.text[:200])]


def _chain(later: Turn) -> tuple[Turn | None, Turn | None]:
    """What a turn answers, and what that one answered."""
    return later.replies_to, later.replies_to.replies_to if later.replies_to else None
