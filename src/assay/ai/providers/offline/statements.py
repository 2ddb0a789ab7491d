"""Plain statements that a stranger could keep: whole, specific, of a kind, nearer to knowledge than to small talk."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from assay.ai.extractor import Quote
from assay.ai.providers.offline import tone
from assay.ai.providers.offline.agreement import COST_OF_AN_OBJECTION, Objections, agreeing_after
from assay.ai.providers.offline.candidates import (
    CONTESTED_CEILING,
    STATEMENT_CEILING,
    AtomCandidate,
    CandidateSource,
    bounded,
)
from assay.ai.providers.offline.cues import cues_in, strongest
from assay.ai.providers.offline.language import IDENTIFIER, content_words, is_english, noun_phrases, specificity
from assay.ai.providers.offline.meanings import Meanings
from assay.ai.providers.offline.patterns import opening, phrases
from assay.ai.providers.offline.prototypes import Prototypes
from assay.ai.providers.offline.questions import asks
from assay.ai.providers.offline.sentences import Sentence, sentences, whole
from assay.ai.providers.offline.standalone import (
    SPEAKS_OF_ITSELF,
    is_pasted,
    loose_pronouns,
    points_elsewhere,
    stands_alone,
)
from assay.ai.providers.offline.turns import Chat, Turn
from assay.ai.providers.offline.vocabulary import Vocabulary
from assay.kinds import AtomType

WORDS: Final = range(6, 51)
MIN_CONTENT_WORDS: Final = 3
NEED_A_CUE: Final = frozenset({AtomType.DECISION, AtomType.REQUIREMENT, AtomType.PATTERN, AtomType.PROBLEM})
PLAIN_CUE: Final = 0.5
FIX_CUE: Final = 0.85
CLEAR_CUE: Final = 0.75
OPENING_WORDS: Final = 5
FIRST_PERSON: Final = opening(r"i, i'm, i've, i'll, i'd, my, we have, we're")
FOUND_OUT: Final = opening(r"""
    (?:i|we) (?:found out|found that|realized|realised|learned|learnt|discovered|measured)
""")
SPEAKER: Final = re.compile(r"\bI\b|\bi(?=['’\s])")
INSTRUCTS: Final = opening(r"to, use, try, add, set, run, if")
QUALIFIES: Final = phrases(r"""
    because, unless, if, when, so that, instead of, due to, which, but, by default, only, without
""")
UNNAMED_SUBJECT: Final = re.compile(
    r"(?:the|these|those) [a-z]+ (?:is|are|was|has|have|does|in|of|uses|need)\b", re.IGNORECASE
)


class CuedSentence(NamedTuple):
    sentence: Sentence
    cues: Mapping[AtomType, float]

    @property
    def text(self) -> str:
        return self.sentence.text


def statements(chat: Chat, vocabulary: Vocabulary) -> list[CuedSentence]:
    """Everything that reads like a statement, before anything is known of its meaning."""
    return [found for turn in chat.turns if not turn.directive for found in _statements(turn, vocabulary)]


def _statements(turn: Turn, vocabulary: Vocabulary) -> Iterator[CuedSentence]:
    for sentence in sentences(turn):
        if is_statement(sentence, vocabulary):
            statement = CuedSentence(sentence, cues_in(sentence.text))
            if _names_something(statement, vocabulary):
                yield statement


def _names_something(statement: CuedSentence, vocabulary: Vocabulary) -> bool:
    """True for a statement about an identifier, a word of the trade, or plainly of its kind."""
    found = noun_phrases(statement.text, vocabulary.people)
    named = IDENTIFIER.search(statement.text) is not None or vocabulary.is_shared(found)
    return bool(found) and (named or strongest(statement.cues) >= CLEAR_CUE)


def is_statement(sentence: Sentence, vocabulary: Vocabulary) -> bool:
    text = sentence.text
    if len(text.split()) not in WORDS or len(content_words(text, vocabulary.people)) < MIN_CONTENT_WORDS:
        return False
    if text.split()[0].casefold() in vocabulary.people:
        return False
    if asks(text) or is_pasted(text) or not is_english(text) or not stands_alone(text):
        return False
    return FOUND_OUT.match(text) is not None or not _is_about_its_speaker(text)


def _is_about_its_speaker(text: str) -> bool:
    return any(pattern.search(text) for pattern in (SPEAKS_OF_ITSELF, FIRST_PERSON, SPEAKER))


def from_statements(
    found: Sequence[CuedSentence], chat: Chat, vocabulary: Vocabulary, meanings: Meanings, prototypes: Prototypes
) -> list[AtomCandidate]:
    weighed = (_weighed(statement, chat, vocabulary, meanings, prototypes) for statement in found)
    objections = Objections(chat)
    return [_contested(candidate, objections) for candidate in weighed if candidate]


def _contested(candidate: AtomCandidate, objections: Objections) -> AtomCandidate:
    if objecting := objections.soon_after(candidate.turn):
        candidate.opposed(objecting, COST_OF_AN_OBJECTION)
        candidate.confidence = min(candidate.confidence, CONTESTED_CEILING)
    return candidate


def _weighed(
    statement: CuedSentence, chat: Chat, vocabulary: Vocabulary, meanings: Meanings, prototypes: Prototypes
) -> AtomCandidate | None:
    vector = meanings.of(statement.text)
    margins, worth = prototypes.margins(vector), prototypes.worth(vector)
    if not _is_knowledge(statement, worth, margins, vocabulary):
        return None
    kind = _type(statement, margins)
    supporters = agreeing_after(chat, statement.sentence.turn)
    trust = 0.13 + 0.34 * worth + 0.06 * bool(statement.cues) + 0.8 * max(-0.06, min(0.1, margins[kind]))
    trust += _form(statement, vocabulary) + 0.05 * min(2, len(supporters))
    return _drafted(statement, kind, bounded(trust, STATEMENT_CEILING), supporters)


def _is_knowledge(
    statement: CuedSentence, worth: float, margins: Mapping[AtomType, float], vocabulary: Vocabulary
) -> bool:
    """Nearer to knowledge than to small talk, by its own words (a cue, what it names) or clearly by its meaning."""
    nearest = max(margin for kind, margin in margins.items() if kind is not AtomType.QUESTION)
    if statement.cues:
        return worth >= 0.5 and nearest >= -0.02
    named = specificity(statement.text, vocabulary.people) >= 0.75
    return worth >= 0.65 and nearest >= (-0.05 if named else 0.03)


def _type(statement: CuedSentence, margins: Mapping[AtomType, float]) -> AtomType:
    """The nearest type; types with a claim need their own words for it, else it is an insight."""
    told_fix = statement.cues.get(AtomType.SOLUTION, 0.0) >= FIX_CUE
    kinds = [kind for kind in AtomType if kind is not AtomType.QUESTION and not (told_fix and kind is AtomType.PROBLEM)]
    kind = max(kinds, key=lambda kind: 0.12 * statement.cues.get(kind, 0.0) + margins[kind])
    if kind in NEED_A_CUE and statement.cues.get(kind, 0.0) < PLAIN_CUE:
        shown = [cued for cued in kinds if statement.cues.get(cued, 0.0) >= PLAIN_CUE]
        return max(shown, key=lambda cued: statement.cues[cued], default=AtomType.INSIGHT)
    if kind is AtomType.SOLUTION and kind not in statement.cues and not INSTRUCTS.match(statement.text):
        return AtomType.INSIGHT
    return kind


def _form(statement: CuedSentence, vocabulary: Vocabulary) -> float:
    """What the wording alone says for and against a statement."""
    text, said = statement.text, statement.sentence.said
    start = " ".join(text.split()[:OPENING_WORDS])
    named = bool(IDENTIFIER.search(start)) or vocabulary.is_shared(noun_phrases(start, vocabulary.people))
    nameless = bool(UNNAMED_SUBJECT.match(text)) and not IDENTIFIER.search(start)
    return sum((
        -0.08,
        0.36 * specificity(text, vocabulary.people),
        0.1 * named,
        0.06 * bool(QUALIFIES.search(text)),
        -0.05 * loose_pronouns(text),
        -0.1 * points_elsewhere(text),
        -0.07 * bool(tone.HEDGE.search(said)),
        -0.06 * bool(tone.PASSING.search(text)),
        -0.06 * (not said.endswith((".", "!", ")", "`"))),
        -0.05 * (len(text.split()) < 8),
        -0.08 * nameless,
        -0.05 * (" your " in text),
    ))  # fmt: skip


def _drafted(statement: CuedSentence, kind: AtomType, trust: float, supporters: list[Turn]) -> AtomCandidate:
    turn = statement.sentence.turn
    consent = [Quote(quote.message_id, quote.text) for agreeing in supporters[:1] for quote in whole(agreeing)[:1]]
    return AtomCandidate(
        source=CandidateSource.STATEMENT,
        type=kind,
        title=statement.text,
        content=statement.text,
        quotes=statement.sentence.quotes() + consent,
        confidence=trust,
        reasoning=f"{turn.author} stated it as {_a(kind)}"
        + (f" and {supporters[0].author} agreed." if supporters else "."),
        turn=turn,
        authors={turn.author},
    ).doubted(statement.sentence.said)


def _a(kind: AtomType) -> str:
    return f"an {kind.value}" if kind.value[0] in "aeiou" else f"a {kind.value}"
