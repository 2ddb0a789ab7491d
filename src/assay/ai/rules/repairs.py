"""Problems that were solved while people watched: the trouble, what was done, and "that fixed it"."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from assay.ai.rules.candidates import ROUTINE_CEILING, TRUSTED_CEILING, AtomCandidate, CandidateSource, bounded
from assay.ai.rules.consent import COST_OF_AN_OBJECTION, Objections
from assay.ai.rules.context_free import (
    OPENS_WITH_PRONOUN,
    SPEAKS_OF_THE_CHAT,
    is_fragment,
    is_pasted,
    loose_pronouns,
    points_elsewhere,
    stands_alone,
)
from assay.ai.rules.cues import confirms, cues_in
from assay.ai.rules.language import content_words, has_verb, is_english, specificity
from assay.ai.rules.lexicon import alternatives
from assay.ai.rules.prototypes import Prototypes
from assay.ai.rules.sentences import Sentence, sentences, whole
from assay.ai.rules.turns import Chat, Turn, same_person
from assay.ai.rules.vectors import VectorCache
from assay.ai.rules.weights import weigh
from assay.kinds import AtomType, LinkType
from assay.text.markup import called

TURNS_TO_SOLVE: Final = 20
SECONDS_TO_SOLVE: Final = 4 * 60 * 60
TURNS_TO_CONFIRM: Final = 6
MIN_SIMILARITY: Final = 0.6
PROBLEM_CUE: Final = 0.6
SOLUTION_CUE: Final = 0.5
TOLD_FIX: Final = re.compile(rf"{alternatives('repair', 'telling_the_fix')}\b", re.IGNORECASE)


class Repair(NamedTuple):
    problem: Sentence
    solution: Sentence
    confirmed_in: Turn | None

    def texts(self) -> tuple[str, str]:
        return self.problem.text, self.solution.text


def repairs(chat: Chat) -> list[Repair]:
    return [repair for turn in chat.turns if not turn.directive for repair in _repairs_of(turn, chat)]


def _repairs_of(turn: Turn, chat: Chat) -> Iterator[Repair]:
    troubles = [sentence for sentence in sentences(turn) if is_problem(sentence.text)]
    if not troubles:
        return
    trouble = max(troubles, key=lambda sentence: specificity(sentence.text, chat.people))
    for solution, confirmed_in in _solutions(turn, trouble, chat):
        yield Repair(trouble, solution, confirmed_in)


def is_problem(text: str) -> bool:
    """A trouble told so that a stranger knows what fails."""
    if cues_in(text).get(AtomType.PROBLEM, 0.0) < PROBLEM_CUE or "?" in text or TOLD_FIX.search(text):
        return False
    if OPENS_WITH_PRONOUN.match(text) or is_fragment(text) or is_pasted(text) or not 5 <= len(text.split()) <= 45:
        return False
    return (
        loose_pronouns(text) <= 1 and not points_elsewhere(text) and is_english(text) and len(content_words(text)) >= 3
    )


def _solutions(asked: Turn, trouble: Sentence, chat: Chat) -> Iterator[tuple[Sentence, Turn | None]]:
    following = list(chat.after(asked, TURNS_TO_SOLVE, SECONDS_TO_SOLVE))
    own = [later for later in sentences(asked) if TOLD_FIX.search(later.text) and later is not trouble]
    yield from ((sentence, None) for sentence in own if is_remedy(sentence.text))
    for place, turn in enumerate(following):
        if turn.directive:
            continue
        confirmed_in = _confirmation(following[place + 1 : place + 1 + TURNS_TO_CONFIRM], asked, turn)
        for sentence in sentences(turn):
            told = TOLD_FIX.search(sentence.text) is not None
            if is_remedy(sentence.text) and (told or (confirmed_in and not same_person(turn, asked))):
                yield sentence, confirmed_in


def is_remedy(text: str) -> bool:
    """Something that a stranger could do or was done."""
    if "?" in text or is_pasted(text) or not has_verb(text) or not 4 <= len(text.split()) <= 50:
        return False
    if cues_in(text).get(AtomType.SOLUTION, 0.0) < SOLUTION_CUE or len(content_words(text)) < 2:
        return False
    return loose_pronouns(TOLD_FIX.sub("", text)) <= 1 and points_elsewhere(TOLD_FIX.sub("", text)) == 0


def _confirmation(following: Sequence[Turn], asked: Turn, solver: Turn) -> Turn | None:
    """Who had the trouble, or another witness, says that it is gone."""
    for turn in following:
        meant = not turn.addressed or called(solver.author) & turn.addressed
        if not same_person(turn, solver) and confirms(turn.text) and meant:
            return turn
        if same_person(turn, asked) and not meant:
            break
    return None


def from_repairs(
    found: Sequence[Repair], chat: Chat, vectors: VectorCache, prototypes: Prototypes
) -> list[AtomCandidate]:
    """One solution of every problem: the nearest, a confirmed one first."""
    best: dict[Sentence, tuple[float, Repair]] = {}
    for repair in found:
        likeness = vectors.likeness(*repair.texts())
        rank = weigh("best_repair", likeness=likeness, confirmed=bool(repair.confirmed_in))
        if likeness >= MIN_SIMILARITY and rank > best.get(repair.problem, (0.0, repair))[0]:
            best[repair.problem] = rank, repair
    objections = Objections(chat)
    return [
        candidate
        for _, repair in best.values()
        for candidate in _drafted(repair, _trust(repair, chat, vectors, prototypes), objections)
    ]


def _trust(repair: Repair, chat: Chat, vectors: VectorCache, prototypes: Prototypes) -> float:
    problem, solution = repair.texts()
    return weigh(
        "repair",
        confirmed=bool(repair.confirmed_in),
        likeness=vectors.likeness(problem, solution) - MIN_SIMILARITY,
        worth_of_solution=prototypes.worth(vectors.of(solution)),
        worth_of_problem=prototypes.worth(vectors.of(problem)),
        specificity_of_problem=specificity(problem, chat.people),
        specificity_of_solution=specificity(solution, chat.people),
        loose_pronouns=loose_pronouns(problem),
        speaks_of_the_chat=bool(SPEAKS_OF_THE_CHAT.search(f"{problem} {solution}")),
    )


def _drafted(repair: Repair, trust: float, objections: Objections) -> Iterator[AtomCandidate]:
    objecting = objections.soon_after(repair.solution.turn)
    solution = _solution(repair, trust).opposed(objecting, COST_OF_AN_OBJECTION)
    solution.reworded((repair.problem.turn, repair.solution.turn))
    if stands_alone(repair.problem.text) and stands_alone(repair.solution.text):
        problem = _problem(repair, trust)
        solution.links.append((problem, LinkType.SOLVES, 0.9 if repair.confirmed_in else 0.75))
        yield problem
    yield solution


def _problem(repair: Repair, trust: float) -> AtomCandidate:
    teller = repair.problem.turn.author
    return AtomCandidate(
        source=CandidateSource.REPAIR,
        type=AtomType.PROBLEM,
        title=repair.problem.text,
        content=repair.problem.text,
        quotes=repair.problem.quotes(),
        confidence=bounded(trust),
        reasoning=f"{teller} told of a problem for which a solution was found in the same conversation.",
        turn=repair.problem.turn,
        authors={teller},
    ).doubted(repair.problem.said)


def _solution(repair: Repair, trust: float) -> AtomCandidate:
    teller, solver = repair.problem.turn.author, repair.solution.turn.author
    witness = repair.confirmed_in
    return AtomCandidate(
        source=CandidateSource.REPAIR,
        type=AtomType.SOLUTION,
        title=(repair.solution if stands_alone(repair.solution.text) else repair.problem).text,
        content=f"Problem: {repair.problem.text}\nSolution: {repair.solution.text}"
        + (f"\nConfirmed by {witness.author}." if witness else ""),
        quotes=repair.problem.quotes() + repair.solution.quotes() + (whole(witness)[:1] if witness else []),
        confidence=bounded(trust, TRUSTED_CEILING if witness else ROUTINE_CEILING),
        reasoning=f"A problem told by {teller} and solved by {solver}"
        + (f"; {witness.author} confirmed it: {whole(witness)[0].text[:60]!r}." if witness else "."),
        turn=repair.solution.turn,
        authors={solver, witness.author} if witness else {solver},
    ).doubted(repair.solution.said)
