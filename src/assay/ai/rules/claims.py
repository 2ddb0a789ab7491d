"""Plain statements that a stranger could keep: whole, specific, of a kind, nearer to knowledge than to small talk."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from assay.ai.extractor import Quote
from assay.ai.rules import tone
from assay.ai.rules.candidates import CONTESTED_CEILING, STATEMENT_CEILING, AtomCandidate, CandidateSource, bounded
from assay.ai.rules.consent import COST_OF_AN_OBJECTION, Objections, agreeing_after
from assay.ai.rules.context_free import (
    SPEAKS_OF_ITSELF,
    is_pasted,
    loose_pronouns,
    points_elsewhere,
    stands_alone,
)
from assay.ai.rules.cues import cues_in, strongest
from assay.ai.rules.language import IDENTIFIER, content_words, is_english, noun_phrases, specificity
from assay.ai.rules.lexicon import opening, phrases
from assay.ai.rules.prototypes import Prototypes
from assay.ai.rules.questions import asks
from assay.ai.rules.sentences import Sentence, sentences, whole
from assay.ai.rules.turns import Chat, Turn
from assay.ai.rules.vectors import VectorCache
from assay.ai.rules.vocabulary import Vocabulary
from assay.ai.rules.weights import weigh
from assay.kinds import AtomType

WORDS: Final = range(6, 51)
MIN_CONTENT_WORDS: Final = 3
NEED_A_CUE: Final = frozenset({AtomType.DECISION, AtomType.REQUIREMENT, AtomType.PATTERN, AtomType.PROBLEM})
PLAIN_CUE: Final = 0.5
FIX_CUE: Final = 0.85
CLEAR_CUE: Final = 0.75
OPENING_WORDS: Final = 5
SHORT: Final = 8
"""Words."""
MAX_VOICES: Final = 2
MIN_MARGIN: Final = -0.06
MAX_MARGIN: Final = 0.1
"""To small talk: what is more counts no more."""
MIN_WORTH_WITH_A_CUE: Final = 0.5
MIN_MARGIN_WITH_A_CUE: Final = -0.02
MIN_WORTH: Final = 0.65
MIN_MARGIN_WHEN_SPECIFIC: Final = -0.05
MIN_MARGIN_OTHERWISE: Final = 0.03
SPECIFIC: Final = 0.75
FIRST_PERSON: Final = opening("claim", "first_person")
FOUND_OUT: Final = opening("claim", "found_out")
SPEAKER: Final = re.compile(r"\bI\b|\bi(?=['’\s])")
INSTRUCTS: Final = opening("claim", "instructing")
QUALIFIES: Final = phrases("claim", "qualifying")
UNNAMED_SUBJECT: Final = re.compile(
    r"(?:the|these|those) [a-z]+ (?:is|are|was|has|have|does|in|of|uses|need)\b", re.IGNORECASE
)


class ClaimSentence(NamedTuple):
    sentence: Sentence
    cues: Mapping[AtomType, float]

    @property
    def text(self) -> str:
        return self.sentence.text


def claim_sentences(chat: Chat, vocabulary: Vocabulary) -> list[ClaimSentence]:
    """Everything that reads like a claim, before anything is known of its meaning."""
    return [found for turn in chat.turns if not turn.directive for found in _claims(turn, vocabulary)]


def _claims(turn: Turn, vocabulary: Vocabulary) -> Iterator[ClaimSentence]:
    for sentence in sentences(turn):
        if is_claim(sentence, vocabulary):
            claim = ClaimSentence(sentence, cues_in(sentence.text))
            if _names_something(claim, vocabulary):
                yield claim


def _names_something(claim: ClaimSentence, vocabulary: Vocabulary) -> bool:
    """True for a statement about an identifier, a word of the trade, or plainly of its kind."""
    found = noun_phrases(claim.text, vocabulary.people)
    named = IDENTIFIER.search(claim.text) is not None or vocabulary.is_shared(found)
    return bool(found) and (named or strongest(claim.cues) >= CLEAR_CUE)


def is_claim(sentence: Sentence, vocabulary: Vocabulary) -> bool:
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


def from_claims(
    found: Sequence[ClaimSentence], chat: Chat, vocabulary: Vocabulary, vectors: VectorCache, prototypes: Prototypes
) -> list[AtomCandidate]:
    weighed = (_weighed(claim, chat, vocabulary, vectors, prototypes) for claim in found)
    objections = Objections(chat)
    return [_contested(candidate, objections) for candidate in weighed if candidate]


def _contested(candidate: AtomCandidate, objections: Objections) -> AtomCandidate:
    if objecting := objections.soon_after(candidate.turn):
        candidate.opposed(objecting, COST_OF_AN_OBJECTION)
        candidate.confidence = min(candidate.confidence, CONTESTED_CEILING)
    return candidate


def _weighed(
    claim: ClaimSentence, chat: Chat, vocabulary: Vocabulary, vectors: VectorCache, prototypes: Prototypes
) -> AtomCandidate | None:
    vector = vectors.of(claim.text)
    margins, worth = prototypes.margins(vector), prototypes.worth(vector)
    if not _is_knowledge(claim, worth, margins, vocabulary):
        return None
    kind = _type(claim, margins)
    supporters = agreeing_after(chat, claim.sentence.turn)
    trust = weigh(
        "claim",
        worth=worth,
        cue=bool(claim.cues),
        margin=max(MIN_MARGIN, min(MAX_MARGIN, margins[kind])),
        form=_form(claim, vocabulary),
        voices=min(MAX_VOICES, len(supporters)),
    )
    return _drafted(claim, kind, bounded(trust, STATEMENT_CEILING), supporters)


def _is_knowledge(
    claim: ClaimSentence, worth: float, margins: Mapping[AtomType, float], vocabulary: Vocabulary
) -> bool:
    """Nearer to knowledge than to small talk, by its own words (a cue, what it names) or clearly by its meaning."""
    nearest = max(margin for kind, margin in margins.items() if kind is not AtomType.QUESTION)
    if claim.cues:
        return worth >= MIN_WORTH_WITH_A_CUE and nearest >= MIN_MARGIN_WITH_A_CUE
    named = specificity(claim.text, vocabulary.people) >= SPECIFIC
    return worth >= MIN_WORTH and nearest >= (MIN_MARGIN_WHEN_SPECIFIC if named else MIN_MARGIN_OTHERWISE)


def _type(claim: ClaimSentence, margins: Mapping[AtomType, float]) -> AtomType:
    """The nearest type; types with a claim need their own words for it, else it is an insight."""
    told_fix = claim.cues.get(AtomType.SOLUTION, 0.0) >= FIX_CUE
    kinds = [kind for kind in AtomType if kind is not AtomType.QUESTION and not (told_fix and kind is AtomType.PROBLEM)]
    kind = max(kinds, key=lambda kind: weigh("type_of_claim", cue=claim.cues.get(kind, 0.0), margin=margins[kind]))
    if kind in NEED_A_CUE and claim.cues.get(kind, 0.0) < PLAIN_CUE:
        shown = [cued for cued in kinds if claim.cues.get(cued, 0.0) >= PLAIN_CUE]
        return max(shown, key=lambda cued: claim.cues[cued], default=AtomType.INSIGHT)
    if kind is AtomType.SOLUTION and kind not in claim.cues and not INSTRUCTS.match(claim.text):
        return AtomType.INSIGHT
    return kind


def _form(claim: ClaimSentence, vocabulary: Vocabulary) -> float:
    """What the wording alone says for and against a claim."""
    text, said = claim.text, claim.sentence.said
    start = " ".join(text.split()[:OPENING_WORDS])
    named = bool(IDENTIFIER.search(start)) or vocabulary.is_shared(noun_phrases(start, vocabulary.people))
    nameless = bool(UNNAMED_SUBJECT.match(text)) and not IDENTIFIER.search(start)
    return weigh(
        "form_of_claim",
        specificity=specificity(text, vocabulary.people),
        names_at_once=named,
        qualified=bool(QUALIFIES.search(text)),
        loose_pronouns=loose_pronouns(text),
        points_elsewhere=points_elsewhere(text),
        hedged=bool(tone.HEDGE.search(said)),
        passing=bool(tone.PASSING.search(text)),
        unfinished=not said.endswith((".", "!", ")", "`")),
        short=len(text.split()) < SHORT,
        nameless=nameless,
        addressed=" your " in text,
    )


def _drafted(claim: ClaimSentence, kind: AtomType, trust: float, supporters: list[Turn]) -> AtomCandidate:
    turn = claim.sentence.turn
    consent = [Quote(quote.message_id, quote.text) for agreeing in supporters[:1] for quote in whole(agreeing)[:1]]
    return AtomCandidate(
        source=CandidateSource.STATEMENT,
        type=kind,
        title=claim.text,
        content=claim.text,
        quotes=claim.sentence.quotes() + consent,
        confidence=trust,
        reasoning=f"{turn.author} stated it as {_a(kind)}"
        + (f" and {supporters[0].author} agreed." if supporters else "."),
        turn=turn,
        authors={turn.author},
    ).doubted(claim.sentence.said)


def _a(kind: AtomType) -> str:
    return f"an {kind.value}" if kind.value[0] in "aeiou" else f"a {kind.value}"
