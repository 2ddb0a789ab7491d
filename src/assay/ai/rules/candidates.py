"""What may become an atom, before it is known which of them stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from assay.ai.extractor import RANKED, Quote, Recommendation
from assay.ai.rules import tone
from assay.ai.rules.turns import Turn
from assay.kinds import TRAITS, AtomType, Kind, LinkType

ROUTINE_CEILING: Final = 0.94
"""Below what a machine may approve alone."""
STATEMENT_CEILING: Final = 0.9
TRUSTED_CEILING: Final = 0.97
MAX_CONTENT: Final = 900
DOUBTED_CEILING: Final = 0.62
OPPOSED_CEILING: Final = 0.8
"""However many agree: what somebody spoke against, a person decides."""
COST_OF_DOUBT: Final = 0.1
MAX_OBJECTIONS: Final = 2
"""More than these do not hide from a reviewer what was decided."""
CONTESTED_CEILING: Final = 0.45
"""A statement that others contest is no knowledge, whoever repeats it."""


class CandidateSource(StrEnum):
    """Where a candidate was found, the most trusted first."""

    SETTLED = "settled"
    DIRECTIVE = "directive"
    AGREEMENT = "agreement"
    ANSWER = "answer"
    REPAIR = "repair"
    STATEMENT = "statement"
    QUESTION = "question"
    RANKED = RANKED
    """By its probability alone: for people."""


@dataclass(slots=True, eq=False)
class AtomCandidate:
    source: CandidateSource
    type: AtomType
    title: str
    content: str
    quotes: list[Quote]
    confidence: float
    reasoning: str
    turn: Turn
    authors: set[str]
    recommendation: Recommendation = "new"
    topic: str | None = None
    links: list[tuple["AtomCandidate", LinkType, float]] = field(default_factory=list)
    known_links: list[tuple[UUID, LinkType, float]] = field(default_factory=list)
    """To atoms that existed before."""
    objecting: list[Turn] = field(default_factory=list)
    """Who spoke against it, and where."""

    def __post_init__(self) -> None:
        self.title = shortened(self.title, TRAITS[Kind.ATOM].title_limit)
        self.content = shortened(self.content, MAX_CONTENT)
        self.quotes = distinct(self.quotes)

    def opposed(self, objecting: Sequence[Turn], cost: float) -> "AtomCandidate":
        """The same, less certain where others spoke against it."""
        self.objecting = list(objecting)
        names = dict.fromkeys(turn.author for turn in objecting)
        if names:
            told = [f"{name} {'took it back' if name == self.turn.author else 'objected'}" for name in names]
            self.confidence = round(
                max(0.0, min(self.confidence - cost * min(len(names), MAX_OBJECTIONS), OPPOSED_CEILING)), 3
            )
            self.reasoning += f" But {' and '.join(told)}."
        return self

    def reworded(self, turns: Iterable[Turn]) -> "AtomCandidate":
        """The same, less certain where words were edited: who accepted them may have read others."""
        if any(turn.edited for turn in turns):
            self.confidence = min(self.confidence, OPPOSED_CEILING)
            self.reasoning += " But words were edited since."
        return self

    def doubted(self, said: str) -> "AtomCandidate":
        """The same, marked for rejection where its words show that it is not meant to last."""
        if reason := tone.doubt(said):
            self.confidence = min(self.confidence - COST_OF_DOUBT, DOUBTED_CEILING)
            self.recommendation = "reject"
            self.reasoning += f" But it is {reason}."
        return self


def bounded(confidence: float, ceiling: float = ROUTINE_CEILING) -> float:
    return round(min(max(confidence, 0.0), ceiling), 3)


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def distinct(quotes: Iterable[Quote]) -> list[Quote]:
    return [quote for quote in dict.fromkeys(quotes) if quote.text]
