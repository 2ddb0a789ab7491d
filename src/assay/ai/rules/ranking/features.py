"""What is counted of a candidate: numbers alone, of its words, its place in the talk, and what others say to it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from assay.ai.rules.ranking.candidates import ALONE, ANSWER, OWN, REPLY, SentenceSpan, TalkPiece
from assay.ai.rules.ranking.passages import Passage, PlacedSentence
from assay.ai.rules.ranking.signs import COUNTED, OPENING, WORD, Numbers, fold, language_of, signs_of

LINKED: Final = re.compile(r"https?://\S+")
NUMBER: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
UNIT: Final = re.compile(
    r"\d\s?(?:%|°|€|\$|£|mm|cm|m|km|kg|g|l|ml|h|min|s|ms|mb|gb|kb|bar|v|a|w|kw|°c|euro?s?|grad|std|hours?|days?|weeks?|minutes?"
    r"|months?|stunden|tage?n?|wochen|minuten|jours?|heures?|semaines?|días?|horas?|semanas?|минут|годин|днів|дні|тижн\w*)\b",
    re.IGNORECASE,
)
IDENTIFIER: Final = re.compile(
    r"`[^`]+`|\b\w+(?:[._/-]\w+)*[._/]\w+\b|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z]+[A-Z]\w*|\b[A-Z]{2,}\d*\b|\b\w+-\d+\b|--\w+"
)
NAMED: Final = re.compile(r"(?<=[\w,;:)] )[A-ZÀ-ÖА-ЯІЇЄҐ][\w'’-]+")
PICTURE: Final = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF]|(?<!\w)[:;]-?[)(DPp3]")
CODE: Final = re.compile(r"[{}<>=$\\|&#@^~]|\(\)|::|->")
TRAILING: Final = re.compile(r"(?:\.\.+|…|,|:)$")
LETTERS_OF_A_STEM: Final = 5
LONG_WORD: Final = 7
PASSAGES_TO_REACT: Final = 4
STEPS: Final = (5, 8, 12, 17, 24, 34, 48)
"""Words: how long a piece is does not count alike everywhere."""
SURFACE: Final = (
    "words", "letters", "long_words", "numbers", "units", "identifiers", "names", "questions", "exclamations",
    "commas", "colons", "links", "pictures", "code", "small_start", "trailing", "parentheses", "stems",
)  # fmt: skip
OF_A_SPAN: Final = (*SURFACE, *COUNTED, *(f"opens_{name}" for name in OPENING))
PLACE: Final = (
    "ends_its_passage", "begins_its_passage", "sentences_of_passage", "words_of_passage", "is_line", "has_heading",
    "place", "is_first", "is_last", "length_of_talk", "words_of_a_passage", "questions_of_talk", "people",
    "talks_of_author", "is_thread", "answers_a_question", "answered_by", "then_assent", "then_thanks",
    "then_objections", "asked_back", "own_objection", "silence_behind", "gap_before", "central", "new", "taken_up",
    "unknown_language", "follows_a_short_one",
)  # fmt: skip
OF_A_PAIR: Final = (
    "is_answer",
    "is_own",
    "is_reply",
    "has_three",
    "distance",
    "shared",
    "minutes_between",
    "sentences",
)
NAMES: Final = (
    *OF_A_SPAN,
    *PLACE,
    *OF_A_PAIR,
    *(f"before_{name}" for name in OF_A_SPAN),
    *(f"{what}_from_{least}" for what in ("words", "words_of_all") for least in STEPS),
    "question_alone",
)


class CountedTalk:
    """The passages of one conversation, and what is counted once for all candidates in it."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        usual = language_of(" ".join(each.raw[:300] for each in passages)[:4_000])
        for each in passages:
            each.language = (language_of(each.raw) if len(each.words) > 6 else "") or usual
            each.stems = stems(each.words, each.language)
        self._in_passages = Counter(stem for each in passages for stem in each.stems)
        self._of_author = Counter(each.author for each in passages)
        self._counts: dict[PlacedSentence, list[float]] = {}
        size = max(1, len(passages))
        self.usual = [
            np.log1p(size),
            np.log1p(sum(len(each.words) for each in passages) / size),
            sum(each.asks for each in passages) / size,
            np.log1p(len(self._of_author)),
        ]
        self._places: dict[Passage, list[float]] = {}

    def features(self, found: Sequence[TalkPiece]) -> Numbers:
        """A row for each candidate, in the order of NAMES."""
        rows = [self._row(each) for each in found]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(NAMES))

    def _row(self, found: TalkPiece) -> list[float]:
        main = self._of_span(found.main)
        before = [self._of_span(part) for part in found.parts[:-1]]
        context = [max(each) for each in zip(*before, strict=True)] if before else [0.0] * len(OF_A_SPAN)
        return [
            *main,
            *self._place(found.main),
            *self._pair(found),
            *context,
            *_steps(len(found.main.raw.split())),
            *_steps(found.words),
            float(found.relation == ALONE and found.main.raw.rstrip().endswith("?")),
        ]

    def _of_span(self, span: SentenceSpan) -> list[float]:
        counts = [self._of_sentence(each, span.passage.language) for each in span.sentences]
        summed = [sum(each) for each in zip(*counts, strict=True)]
        opening = len(SURFACE) + len(COUNTED)
        surface = [float(np.log1p(each)) for each in summed[:opening]]
        return [*surface, *counts[0][opening:]]

    def _of_sentence(self, sentence: PlacedSentence, language: str) -> list[float]:
        if sentence not in self._counts:
            self._counts[sentence] = counted(sentence.raw, language)
        return self._counts[sentence]

    def _place(self, span: SentenceSpan) -> list[float]:
        passage = span.passage
        if passage not in self._places:
            self._places[passage] = self._of_passage(passage)
        return [
            float(span.behind == len(passage.sentences)),
            float(span.first == 0),
            *self._places[passage],
        ]

    def _of_passage(self, passage: Passage) -> list[float]:
        size, at = len(self.passages), passage.index
        before = self.passages[at - 1] if at else None
        behind = self.passages[at + 1 : at + 1 + PASSAGES_TO_REACT]
        others = [each for each in behind if each.author != passage.author]
        minutes = (passage.message.sent_at - before.message.sent_at).total_seconds() / 60 if before else 0.0
        next_gap = (behind[0].message.sent_at - passage.message.sent_at).total_seconds() / 60 if behind else 30.0
        earlier = frozenset[str]().union(*(each.stems for each in self.passages[max(0, at - 12) : at]))
        later = frozenset[str]().union(*(each.stems for each in others))
        own = max(1, len(passage.stems))
        return [
            np.log1p(len(passage.sentences)),
            np.log1p(len(passage.words)),
            float(passage.is_line),
            float(bool(passage.heading)),
            at / max(1, size - 1),
            float(at == 0),
            float(at == size - 1),
            *self.usual,
            self._of_author[passage.author] / size,
            float(passage.message.thread is not None),
            float(bool(before and before.asks and before.author != passage.author)),
            float(bool(passage.asks and others and not others[0].asks)),
            float(any(_opens(each, "assent") for each in others[:2])),
            float(any(_opens(each, "thanks") for each in others[:3])),
            float(any(_opens(each, "objections") for each in others[:2])),
            float(bool(others and others[0].asks)),
            float(any(_opens(each, "objections") for each in behind[:2] if each.author == passage.author)),
            float(np.log1p(max(0.0, next_gap))),
            float(np.log1p(max(0.0, minutes))),
            sum(self._in_passages[stem] > 1 for stem in passage.stems) / own,
            len(passage.stems - earlier) / own,
            len(passage.stems & later) / own,
            float(not passage.language),
            float(bool(before and len(before.words) <= 3)),
        ]

    def _pair(self, found: TalkPiece) -> list[float]:
        first, last = found.parts[0].passage, found.main.passage
        shared = (
            len(first.stems & last.stems) / max(1, min(len(first.stems), len(last.stems))) if first is not last else 0.0
        )
        minutes = (last.message.sent_at - first.message.sent_at).total_seconds() / 60
        return [
            float(found.relation == ANSWER),
            float(found.relation == OWN),
            float(found.relation == REPLY),
            float(len(found.parts) > 2),
            float(last.index - first.index),
            shared,
            float(np.log1p(max(0.0, minutes))),
            float(len(found.sentences)),
        ]


def _steps(words: int) -> list[float]:
    return [float(words >= least) for least in STEPS]


def _opens(passage: Passage, name: str) -> bool:
    return signs_of(passage.language).opens(passage.folded[:80], name)


def stems(words: Iterable[str], language: str) -> frozenset[str]:
    small = signs_of(language).small_words
    return frozenset(word[:LETTERS_OF_A_STEM] for word in words if len(word) > 3 and word not in small)


def counted(raw: str, language: str) -> list[float]:
    """Of one sentence, in the order of OF_A_SPAN."""
    text = LINKED.sub(" ", raw)
    folded = fold(text)
    words = WORD.findall(folded)
    letters = sum(map(len, words))
    surface = [
        len(words),
        letters / max(1, len(words)),
        sum(len(word) >= LONG_WORD for word in words),
        len(NUMBER.findall(text)),
        len(UNIT.findall(text)),
        len(IDENTIFIER.findall(text)),
        len(NAMED.findall(text)),
        text.count("?"),
        text.count("!"),
        text.count(","),
        text.count(":"),
        len(LINKED.findall(raw)),
        len(PICTURE.findall(text)),
        len(CODE.findall(text)),
        text[:1].islower(),
        TRAILING.search(text.rstrip()) is not None,
        text.count("("),
        len(stems(words, language)),
    ]
    return [*map(float, surface), *signs_of(language).counts(folded)]
