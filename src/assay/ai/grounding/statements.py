"""Sentences by which somebody tells a decision: those with a label before them, and those with words of deciding."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from assay.ai.grounding import lexicon
from assay.ai.grounding.own_words import IN_MARKS, Span, is_own
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.words import content_words

MIN_WORDS: Final = 3
MIN_CONTENT: Final = 2
"""Words that carry meaning: "not those any more" says nothing to a stranger."""
MAX_BEFORE: Final = 80
"""Characters before a label."""


class Statement(NamedTuple):
    """Places in the text of a message: the sentence, and what of it is stated, without the label."""

    sentence: Span
    stated: Span
    cue: Span
    """The label, or the words of deciding."""
    is_labelled: bool
    is_explicit: bool
    """It says that something was decided, by its label or its verb, and not only that it holds from now on."""

    @property
    def bare(self) -> Span:
        """What is decided, without a label or the words of deciding before it."""
        return self.stated if self.is_labelled else Span(self.cue.end, self.stated.end)


@cache
def _tag() -> re.Pattern[str]:
    tags = lexicon.alternatives("decided", "tags")
    return re.compile(rf"\s*[#\[]\s?{tags}\b\]?\s*[:–—-]?\s*", re.IGNORECASE)


@cache
def _label() -> re.Pattern[str]:
    """A label with a colon: at the beginning, or behind words that end in a sign; it may name its subject."""
    lead_in = rf"\W*(?:{lexicon.alternatives('grammar', 'lead_in')}\b[\s,.!:;–—-]*){{0,4}}"
    before = rf"(?:{lead_in}|[^\n]{{0,{MAX_BEFORE}}}?[:.;!–—-]\s*{lead_in})"
    label = rf"(?<![\w']){lexicon.alternatives('decided', 'labels')}(?![\w'])"
    about = rf"(?:\s+{lexicon.alternatives('grammar', 'about')}\s+[^:,\n]{{1,60}})?"
    return re.compile(rf"{before}[*_]*{label}{about}[*_]*\s?(?:[:–—]|\s-\s)\W{{0,3}}\s*", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def decisions_in(text: str) -> Sequence[Statement]:
    """The sentences of a message that tell a decision in its author's own words."""
    found = (_statement(text, span) for span in sentence_spans(text) if is_own(text, *span))
    return [each for each in found if each]


def _statement(text: str, span: Span) -> Statement | None:
    said = text[span.start : span.end]
    label = _tag().match(said) or _label().match(said)
    explicit = label or lexicon.pattern("decided", "phrases").search(_aligned(said))
    told = explicit or lexicon.pattern("decided", "loose").search(_aligned(said))
    body = label.end() if label else 0
    words = len(said[body:].split()), len(content_words(said[body:]))
    if told is None or words[0] < MIN_WORDS or words[1] < MIN_CONTENT or said.rstrip().endswith("?"):
        return None
    if any(marks.start() < told.end() and told.start() < marks.end() for marks in IN_MARKS.finditer(said)):
        return None
    cue = Span(span.start + told.start(), span.start + told.end())
    return Statement(span, Span(span.start + body, span.end), cue, label is not None, explicit is not None)


def _aligned(said: str) -> str:
    """Small letters and straight signs, every one in its place."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in said).translate(lexicon.FOLDED_SIGNS)
