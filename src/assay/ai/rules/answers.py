"""Questions that somebody answered: found first, then weighed once their vectors are known."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from assay.ai.rules.candidates import (
    ROUTINE_CEILING,
    TRUSTED_CEILING,
    AtomCandidate,
    CandidateSource,
    bounded,
    shortened,
)
from assay.ai.rules.consent import COST_OF_AN_OBJECTION, Objections
from assay.ai.rules.context_free import (
    OPENS_WITH_PRONOUN,
    is_pasted,
    loose_pronouns,
    points_elsewhere,
    stands_alone,
)
from assay.ai.rules.cues import accepts, confirms, cues_in, refuses
from assay.ai.rules.language import IDENTIFIER, content_words, has_verb, is_english, specificity, stems
from assay.ai.rules.lexicon import opening, phrases
from assay.ai.rules.prototypes import Prototypes
from assay.ai.rules.questions import Question, asks, question_of
from assay.ai.rules.sentences import Sentence, sentences, whole
from assay.ai.rules.turns import Chat, Turn, same_person
from assay.ai.rules.vectors import VectorCache
from assay.ai.rules.weights import weigh
from assay.kinds import ANSWER_LABEL, CONFIRMED, QUESTION_LABEL, AtomType
from assay.text.markup import called

SECONDS_TO_ANSWER: Final = 40 * 60
TURNS_TO_ANSWER: Final = 25
TURNS_TO_ACCEPT: Final = 3
MIN_SIMILARITY: Final = 0.6
LIKENESS_WITHOUT_SHARED_WORDS: Final = 0.72
LIKENESS_WITHOUT_NAMES: Final = 0.7
SENTENCES_OF_AN_ANSWER: Final = 3
MAX_MARGIN: Final = 0.08
"""To small talk: what is more counts no more."""

TELLS_OF_ITSELF: Final = opening("answer", "telling_of_oneself")
DANGLING: Final = opening("answer", "dangling")
EVASIVE: Final = phrases("answer", "evasive")
CUT_OFF: Final = re.compile(r"\?|\b(?:using|with|like|as|and|or|the|to|of)\W*$|[:,(]$", re.IGNORECASE)
FAILS_AFTER_ALL: Final = phrases("answer", "failing_after_all")
ASKS_FOR_FACTS: Final = opening("question", "for_facts")


class Answer(NamedTuple):
    """What one turn has to say to a question."""

    sentences: Sequence[Sentence]
    turn: Turn
    place: int
    """How many turns lie between."""
    accepted_in: Turn | None
    opposed_in: Sequence[Turn] = ()
    """Where others, or the asker after all, say that it is wrong."""


class Pairing(NamedTuple):
    question: Question
    answers: Sequence[Answer]

    def texts(self) -> Iterator[str]:
        yield self.question.bare
        yield from (sentence.text for answer in self.answers for sentence in answer.sentences)


def pairings(chat: Chat) -> list[Pairing]:
    objections = Objections(chat)
    asked = ((turn, question_of(turn, chat.people)) for turn in chat.turns if not turn.directive)
    return [Pairing(question, list(_answers(chat, turn, objections))) for turn, question in asked if question]


def _answers(chat: Chat, asked: Turn, objections: Objections) -> Iterator[Answer]:
    following = list(chat.after(asked, TURNS_TO_ANSWER, SECONDS_TO_ANSWER))
    for place, turn in enumerate(following):
        if same_person(turn, asked) or turn.directive:
            continue
        accepted_in = _acceptance(following[place + 1 :], asked, turn)
        if accepted_in is None and _is_refused(following[place + 1 :], asked, turn):
            continue
        told = [sentence for sentence in sentences(turn) if _may_answer(sentence.text, chat)]
        if told and (accepted_in or _is_direct(turn, asked)):
            refused = [later for later in _reactions(following[place + 1 :], asked, turn) if fails(later.text)]
            yield Answer(told, turn, place, accepted_in, [*objections.soon_after(turn), *refused])


def _is_direct(turn: Turn, asked: Turn) -> bool:
    return turn.replies_to is asked or bool(called(asked.author) & turn.addressed)


def _acceptance(following: Sequence[Turn], asked: Turn, answered: Turn) -> Turn | None:
    """Thanks of the asker soon after, unless meant for somebody else."""
    return next((turn for turn in _reactions(following, asked, answered) if accepts(turn.text)), None)


def _is_refused(following: Sequence[Turn], asked: Turn, answered: Turn) -> bool:
    """True when the asker says that the answer did not help."""
    return any(refuses(turn.text) for turn in _reactions(following, asked, answered)[:1])


def fails(text: str) -> bool:
    """Words by which the asker says that it did not help after all."""
    return refuses(text) or FAILS_AFTER_ALL.search(text[:160]) is not None


def _reactions(following: Sequence[Turn], asked: Turn, answered: Turn) -> list[Turn]:
    own = [turn for turn in following[:8] if same_person(turn, asked)][:TURNS_TO_ACCEPT]
    return [turn for turn in own if not turn.addressed or called(answered.author) & turn.addressed]


def _may_answer(text: str, chat: Chat) -> bool:
    if asks(text) or not 4 <= len(text.split()) <= 60 or TELLS_OF_ITSELF.match(text):
        return False
    return len(content_words(text, chat.people)) >= 2 and is_english(text)


def from_pairings(
    found: Sequence[Pairing], chat: Chat, vectors: VectorCache, prototypes: Prototypes
) -> list[AtomCandidate]:
    drafted = (_best(pairing, chat, vectors, prototypes) for pairing in found if pairing.answers)
    return [candidate for candidate in drafted if candidate]


def open_questions(found: Sequence[Pairing], chat: Chat) -> list[AtomCandidate]:
    """Questions nobody answered."""
    return [_open(pairing.question, chat) for pairing in found if not pairing.answers]


def _open(question: Question, chat: Chat) -> AtomCandidate:
    turn = question.sentence.turn
    return AtomCandidate(
        source=CandidateSource.QUESTION,
        type=AtomType.QUESTION,
        title=question.text,
        content=question.text,
        quotes=question.sentence.quotes(),
        confidence=bounded(weigh("open_question", specificity=specificity(question.bare, chat.people))),
        reasoning=f"{turn.author} asked it and nobody answered in this window.",
        turn=turn,
        authors={turn.author},
    ).doubted(question.sentence.said)


class AnswerMatch(NamedTuple):
    answer: Answer
    at: int
    likeness: float

    @property
    def sentence(self) -> Sentence:
        return self.answer.sentences[self.at]

    def told(self) -> list[Sentence]:
        """The answering sentence and those behind it, none left out between."""
        said = sentences(self.answer.turn)
        at = [sentence.said for sentence in said].index(self.sentence.said)
        return said[at : at + SENTENCES_OF_AN_ANSWER]


def _best(pairing: Pairing, chat: Chat, vectors: VectorCache, prototypes: Prototypes) -> AtomCandidate | None:
    matches = [_nearest(pairing.question, answer, vectors) for answer in pairing.answers]
    best = max(matches, key=_rank)
    if not _answers_it(pairing.question.bare, best):
        return None
    return _drafted(pairing.question, best, _trust(best, chat, vectors, prototypes))


def _rank(match: AnswerMatch) -> float:
    accepted, place = bool(match.answer.accepted_in), match.answer.place
    return weigh("best_answer", likeness=match.likeness, accepted=accepted, distance=place)


def _nearest(question: Question, answer: Answer, vectors: VectorCache) -> AnswerMatch:
    likeness = vectors.rows([sentence.text for sentence in answer.sentences]) @ vectors.of(question.bare)
    return AnswerMatch(answer, int(likeness.argmax()), float(likeness.max()))


def _answers_it(question: str, match: AnswerMatch) -> bool:
    """True for an answer that a stranger can read beside its question."""
    text = match.sentence.text
    if match.likeness < MIN_SIMILARITY or not has_verb(text) or is_pasted(text):
        return False
    if OPENS_WITH_PRONOUN.match(text) or DANGLING.match(text) or CUT_OFF.search(text) or EVASIVE.search(text):
        return False
    if loose_pronouns(text) > 1 or points_elsewhere(text):
        return False
    if not IDENTIFIER.search(f"{question} {text}") and match.likeness < LIKENESS_WITHOUT_NAMES:
        return False
    return bool(stems(text) & stems(question)) or match.likeness > LIKENESS_WITHOUT_SHARED_WORDS


def _trust(match: AnswerMatch, chat: Chat, vectors: VectorCache, prototypes: Prototypes) -> float:
    text, vector = match.sentence.text, vectors.of(match.sentence.text)
    accepted = match.answer.accepted_in
    margin = max(prototypes.margins(vector).values())
    trust = weigh(
        "answer",
        accepted=bool(accepted),
        confirmed=bool(accepted and confirms(accepted.text)),
        likeness=match.likeness - MIN_SIMILARITY,
        worth=prototypes.worth(vector),
        specificity=specificity(text, chat.people),
        margin=max(-MAX_MARGIN, min(MAX_MARGIN, margin)),
        cue=bool(cues_in(text)),
        loose_pronouns=loose_pronouns(text),
        distance=match.answer.place,
    )
    return bounded(trust, TRUSTED_CEILING if accepted else ROUTINE_CEILING)


def _drafted(question: Question, match: AnswerMatch, trust: float) -> AtomCandidate:
    asked, answered, accepted = question.sentence.turn, match.answer.turn, match.answer.accepted_in
    thanks = whole(accepted)[:1] if accepted else []
    told = match.told()
    answer = "\n".join(sentence.text for sentence in told)
    candidate = AtomCandidate(
        source=CandidateSource.ANSWER,
        type=type_of(question.bare, match.sentence.text),
        title=match.sentence.text if stands_alone(match.sentence.text) else question.text,
        content=f"{QUESTION_LABEL}{question.text}{ANSWER_LABEL}{answer}" + (CONFIRMED if accepted else ""),
        quotes=[*question.sentence.quotes(), *chain.from_iterable(sentence.quotes() for sentence in told), *thanks],
        confidence=trust,
        reasoning=f"A question by {asked.author} answered by {answered.author}"
        + (f" and taken by the asker: {shortened(thanks[0].text, 60)!r}." if thanks else "."),
        turn=asked,
        authors={answered.author, asked.author} if accepted else {answered.author},
    ).doubted(match.sentence.said)
    return candidate.opposed(match.answer.opposed_in, COST_OF_AN_OBJECTION).reworded((asked, answered))


def type_of(question: str, answer: str) -> AtomType:
    facts = ASKS_FOR_FACTS.match(question) and AtomType.SOLUTION not in cues_in(answer)
    return AtomType.INSIGHT if facts else AtomType.SOLUTION
