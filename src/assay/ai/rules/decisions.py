"""Decisions in plain team language: "we decided to ...", "let's go with ..." and the others' consent."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from assay.ai.rules.candidates import ROUTINE_CEILING, TRUSTED_CEILING, AtomCandidate, CandidateSource, bounded
from assay.ai.rules.consent import COST_OF_AN_OBJECTION, Objections, agreeing_after
from assay.ai.rules.context_free import is_fragment, is_pasted, loose_pronouns, points_elsewhere
from assay.ai.rules.cues import cues_in
from assay.ai.rules.language import content_words, is_english, specificity
from assay.ai.rules.lexicon import alternatives
from assay.ai.rules.sentences import Sentence, sentences, whole
from assay.ai.rules.turns import Chat, Turn
from assay.ai.rules.weights import weigh
from assay.kinds import AtomType

MIN_CUE: Final = 0.55
STATED: Final = 0.9
"""Cue strength from which a decision is told, not proposed."""
MAX_VOICES: Final = 3
"""That make a decision surer."""
SUPPORTERS_OF_A_PROPOSAL: Final = 1
SUPPORTERS_OF_A_QUESTION: Final = 2
ASKED: Final = re.compile(rf"{alternatives('decision', 'asking')}\s+(.{{12,160}})\?$", re.IGNORECASE)
LETS: Final = re.compile(r"let's\s+", re.IGNORECASE)
PROPOSED: Final = re.compile(
    rf"{alternatives('decision', 'proposing')}\s+(?:that\s+|to\s+|we\s+|for\s+)*", re.IGNORECASE
)


class StatedDecision(NamedTuple):
    sentence: Sentence
    cue: float
    supporters: list[Turn]


def from_decisions(chat: Chat) -> list[AtomCandidate]:
    objections = Objections(chat)
    told = (decision for turn in chat.turns if not turn.directive for decision in _decisions(turn, chat))
    return [_drafted(decision, chat, objections) for decision in told]


def _decisions(turn: Turn, chat: Chat) -> Iterator[StatedDecision]:
    for sentence in sentences(turn):
        decided, cue = _decided(sentence.text)
        if cue and _readable(decided, chat):
            supporters = agreeing_after(chat, turn)
            wanted = SUPPORTERS_OF_A_QUESTION if "?" in sentence.text else SUPPORTERS_OF_A_PROPOSAL
            if cue >= STATED or len(supporters) >= wanted:
                yield StatedDecision(sentence, cue, supporters)


def _decided(text: str) -> tuple[str, float]:
    """What is decided in a sentence, and how plainly; ("", 0) for other sentences."""
    if asked := ASKED.match(text):
        return asked[1], MIN_CUE
    cue = cues_in(text).get(AtomType.DECISION, 0.0)
    if cue < MIN_CUE or "?" in text:
        return "", 0.0
    return PROPOSED.sub("", LETS.sub("", text, count=1), count=1) if cue == MIN_CUE else text, cue


def _readable(decided: str, chat: Chat) -> bool:
    if len(decided.split()) < 3 or _needs_its_neighbours(decided):
        return False
    return is_english(f"we {decided}") and len(content_words(decided, chat.people)) >= 2


def _needs_its_neighbours(decided: str) -> bool:
    return (
        is_fragment(f"We {decided}")
        or is_pasted(decided)
        or loose_pronouns(decided) > 0
        or points_elsewhere(decided) > 0
    )


def _drafted(decision: StatedDecision, chat: Chat, objections: Objections) -> AtomCandidate:
    candidate = _supported(decision, chat).doubted(decision.sentence.said)
    return candidate.opposed(objections.to(decision.sentence.turn), COST_OF_AN_OBJECTION)


def _supported(decision: StatedDecision, chat: Chat) -> AtomCandidate:
    sentence, supporters = decision.sentence, decision.supporters
    names = list(dict.fromkeys(turn.author for turn in supporters))
    specific = specificity(sentence.text, chat.people)
    trust = weigh("decision", cue=decision.cue, voices=min(MAX_VOICES, len(names)), specificity=specific)
    return AtomCandidate(
        source=CandidateSource.AGREEMENT,
        type=AtomType.DECISION,
        title=sentence.text,
        content=sentence.text + (f"\nAgreed by {_listed(names)}." if names else ""),
        quotes=sentence.quotes() + [quote for turn in supporters[:3] for quote in whole(turn)[:1]],
        confidence=bounded(trust, TRUSTED_CEILING if decision.cue >= STATED and len(names) >= 2 else ROUTINE_CEILING),
        reasoning=f"{sentence.turn.author} {'told' if decision.cue >= STATED else 'proposed'} a decision"
        + (f" and {_listed(names)} agreed." if names else "."),
        turn=sentence.turn,
        authors={sentence.turn.author, *names},
    )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
