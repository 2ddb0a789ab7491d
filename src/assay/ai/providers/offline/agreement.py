"""Who consents or objects to what was just said."""

import re
from typing import Final

from assay.ai.people import person_key
from assay.ai.providers.offline.cleaning import called
from assay.ai.providers.offline.turns import DISSENTING, Chat, Turn

TURNS_TO_CONSENT: Final = 10
SECONDS_TO_CONSENT: Final = 30 * 60
MOST_CHARACTERS: Final = 400
TURNS_TO_OBJECT: Final = 12
OPPOSING: Final = re.compile(
    r"\bi (?:strongly |really |still )?(?:object|disagree)\b|\bdecided against\b|\b(?:bin|sind|wäre) dagegen\b"
    r"|\bdas machen wir nicht\b|\b(?:we|let's|please) (?:do not|don't|won't|will not) do (?:it|this|that)\b",
    re.IGNORECASE,
)
RETRACTING: Final = re.compile(
    r"\bscratch that\b|\bnever ?mind\b|\bi take (?:it|that) back\b|\bforget (?:it|that)\b"
    r"|\b(?:decision|this|that) (?:is |was |has been )?(?:reverted|withdrawn|cancell?ed|revoked|off the table)\b"
    r"|\A\W*reverted\b|\b(?:do not|don't) do (?:it|this|that)\b|\b(?:nehme|ziehe) (?:das|es|ich das) zurück\b",
    re.IGNORECASE,
)
COST_OF_AN_OBJECTION: Final = 0.12


def agreeing_after(chat: Chat, turn: Turn) -> list[Turn]:
    """The first consent of every other person, until somebody else puts up the next thing.

    None where the words were edited: what others said may be about the earlier ones.
    """
    agreeing: dict[str, Turn] = {}
    for later in chat.after(turn, TURNS_TO_CONSENT, SECONDS_TO_CONSENT):
        if later.directive or turn.edited:
            break
        if _same_person(later, turn):
            continue
        if later.agrees and (not later.addressed or called(turn.author) & later.addressed):
            agreeing.setdefault(person_key(later.author), later)
        elif "?" in later.text and not agreeing:
            break
    return list(agreeing.values())


def objecting_after(chat: Chat, turn: Turn) -> list[Turn]:
    """Others who speak against it, and its own author who takes it back."""
    following = chat.after(turn, TURNS_TO_OBJECT, SECONDS_TO_CONSENT)
    return [later for later in following if _opposes(later, turn)]


def _opposes(later: Turn, turn: Turn) -> bool:
    words = later.text or later.parts[0].message.text[:MOST_CHARACTERS]
    if RETRACTING.search(words[:MOST_CHARACTERS]):
        return True
    if _same_person(later, turn):
        return False
    answers = turn in _chain(later)
    return OPPOSING.search(words[:MOST_CHARACTERS]) is not None or (answers and DISSENTING.match(words) is not None)


def _same_person(one: Turn, other: Turn) -> bool:
    return person_key(one.author) == person_key(other.author)


def _chain(later: Turn) -> tuple[Turn | None, Turn | None]:
    """What a turn answers, and what that one answered."""
    return later.replies_to, later.replies_to.replies_to if later.replies_to else None
