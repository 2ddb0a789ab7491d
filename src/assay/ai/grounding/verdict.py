"""How a statement stands in its talk."""

from enum import StrEnum


class Verdict(StrEnum):
    SOUND = "sound"
    UNDECIDED = "undecided"
    """Its words are no decision and no answer that somebody confirmed."""
    UNCONFIRMED = "unconfirmed"
    """Too few other people consented to it."""
    TAKEN_BACK = "taken back"
    """Somebody whose word weighs there spoke against it, or its author did."""
    UNCLEAR = "unclear"
    """The rules find it sound, but something that was said may be about it, or the talk is like one without result."""
