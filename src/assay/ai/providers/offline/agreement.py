"""Who consents to what was just said."""

from typing import Final

from assay.ai.providers.offline.cleaning import called
from assay.ai.providers.offline.turns import Chat, Turn

TURNS_TO_CONSENT: Final = 10
SECONDS_TO_CONSENT: Final = 30 * 60


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
