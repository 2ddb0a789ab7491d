"""Which candidates are worth a reviewer's time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from assay.ai.rules.candidates import AtomCandidate, CandidateSource
from assay.ai.rules.turns import Chat

NEVER: Final = 1.01


@dataclass(frozen=True, slots=True)
class Gates:
    """The least confidence with which each source may propose, and how much at most."""

    settled: float = 0.6
    directives: float = 0.6
    agreements: float = 0.6
    answers: float = 0.7
    repairs: float = 0.7
    statements: float = 0.7
    questions: float = NEVER
    """Open questions stay out unless asked for."""
    messages_per_atom: int = 5
    fewest: int = 5
    """What a small window may propose whatever its length."""
    turns_per_atom_of_a_conversation: int = 4

    def of(self, source: CandidateSource) -> float:
        return {
            CandidateSource.SETTLED: self.settled,
            CandidateSource.DIRECTIVE: self.directives,
            CandidateSource.AGREEMENT: self.agreements,
            CandidateSource.ANSWER: self.answers,
            CandidateSource.REPAIR: self.repairs,
            CandidateSource.STATEMENT: self.statements,
            CandidateSource.QUESTION: self.questions,
            CandidateSource.RANKED: NEVER,
        }[source]

    def passed(self, candidate: AtomCandidate) -> bool:
        return candidate.confidence >= self.of(candidate.source)


MORE_PROPOSALS: Final = Gates(answers=0.65, repairs=0.65, statements=0.65, questions=0.65)
"""For teams that would rather read more than miss something."""


def selected(candidates: Iterable[AtomCandidate], gates: Gates, chat: Chat) -> list[AtomCandidate]:
    """What passes its gate, best first, no more than the window and each conversation may propose."""
    most = gates.fewest + chat.human_messages // gates.messages_per_atom
    taken: Counter[int] = Counter()
    chosen: list[AtomCandidate] = []
    for candidate in sorted(candidates, key=lambda c: (-c.confidence, c.turn.index)):
        conversation = candidate.turn.conversation
        room = _room(chat.conversations[conversation], gates)
        if len(chosen) < most and taken[conversation] < room and gates.passed(candidate):
            taken[conversation] += 1
            chosen.append(candidate)
    return sorted(chosen, key=lambda candidate: candidate.turn.index)


def _room(conversation: Sequence[object], gates: Gates) -> int:
    return gates.fewest + len(conversation) // gates.turns_per_atom_of_a_conversation
