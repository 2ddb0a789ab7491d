"""Sentences by which somebody tells a decision: those with a label before them, and those with words of deciding."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from assay.ai.grounding import lexicon
from assay.ai.grounding.lead_in import without_lead_in
from assay.ai.grounding.own_words import IN_MARKS, is_own
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.words import content_words
from assay.readers.records import TextSpan

MIN_WORDS: Final = 3
MIN_CONTENT: Final = 2
"""Words that carry meaning: "not those any more" says nothing to a stranger."""
MAX_BEFORE: Final = 80
"""Characters before a label."""
CLAUSE_ENDS: Final = (",", ":", ";", "-", "(", ")", ".", "!")
TAG: Final = re.compile(r"\s*[#\[]")
POINTING: Final = r"(?:(?:[-=]>|[→👉➡⇒])\uFE0F?\s*)?"
"""A sign that leads to what is decided and is no part of it."""


class Statement(NamedTuple):
    """Places in the text of a message: the sentence, and what of it is stated, without the label."""

    sentence: TextSpan
    stated: TextSpan
    cue: TextSpan
    """The label, or the words of deciding."""
    is_labelled: bool
    is_explicit: bool
    """It says that something was decided, by its label or its verb, and not only that it holds from now on."""

    @property
    def bare(self) -> TextSpan:
        """What is decided, without words of deciding before it."""
        return TextSpan(self.cue.end, self.stated.end) if self.cue.start == self.stated.start else self.stated

    def content(self, text: str) -> str:
        """What is decided, without words of deciding before, in or behind it."""
        return text[self.stated.start : max(self.stated.start, self.cue.start)] + text[slice(*self._behind)]

    def whole(self, text: str) -> TextSpan:
        """The sentence, without words before it that say no more than that it was decided."""
        if TAG.match(text, self.sentence.start) and self.stated.start > self.sentence.start:
            return self.stated
        said = text[slice(*self.sentence)]
        return TextSpan(self.sentence.start + len(said) - len(without_lead_in(said)), self.sentence.end)

    @property
    def _behind(self) -> TextSpan:
        return TextSpan(max(self.stated.start, self.cue.end), self.stated.end)


@cache
def _tag() -> re.Pattern[str]:
    tags = lexicon.alternatives("decided", "tags")
    return re.compile(rf"\s*[#\[]\s?{tags}\b\]?\s*(?:[:–—]|-(?=\s))?\s*", re.IGNORECASE)


@cache
def _label() -> re.Pattern[str]:
    """A label with a colon: at the beginning, or behind words that end in a sign; it may name its subject, and with
    whom or where it was decided."""
    lead_in = rf"\W{{0,12}}(?:{lexicon.alternatives('grammar', 'lead_in')}\b[\s,.!:;–—-]{{0,8}}){{0,4}}"
    before = rf"(?:{lead_in}|[^\n]{{0,{MAX_BEFORE}}}?(?:[:.;!–—-]|,|\sand\b)\s*{lead_in})"
    label = rf"(?<![\w']){lexicon.alternatives('decided', 'labels')}(?![\w'])"
    about = rf"(?:\s+{lexicon.alternatives('grammar', 'about')}\s+(?P<about>[^:,\n]{{1,60}}?))?"
    around = rf"(?:\s+{lexicon.alternatives('grammar', 'circumstance')}\b[^:,\n]{{0,60}}?)?"
    told = rf"{label}{about}{around}[*_]*\s?(?:[:–—]|\s-\s|(?=[-=]>|[→➡⇒]))"
    before_a_comma = rf"(?<![\w']){lexicon.alternatives('decided', 'before_a_comma')}\s?,(?=\s)"
    return re.compile(rf"{before}[*_]*(?:{told}|{before_a_comma})[*_]*\s*{POINTING}", re.IGNORECASE)


@cache
def _complement() -> re.Pattern[str]:
    """What leads from the words of deciding to what is decided."""
    return re.compile(rf"\s*(?:[,:]\s*)?(?:{lexicon.alternatives('grammar', 'complement')}(?!\w)\s*(?:[,:]\s*)?|:\s*)")


@cache
def _lead_in() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{lexicon.alternatives('grammar', 'lead_in')}\b[\s,.!:;–—-]*){{0,4}}")


@cache
def _asked() -> re.Pattern[str]:
    return re.compile(rf"(?:\W*\s)?{lexicon.alternatives('consent', 'asked')}\s*\?[\s?!)]*$")


def asks_for_consent(said: str) -> bool:
    """A sentence that does nothing else: "All good?"."""
    return _asked().fullmatch(f" {_aligned(said)}") is not None


def without_request(said: str) -> str:
    """A sentence without the question for consent at its end: "..., agreed?"."""
    found = re.search(rf"\s*[,;–—-]\s*{lexicon.alternatives('consent', 'asked')}\s*\?[\s?!)]*$", _aligned(said))
    return said[: found.start()] if found else said


@lru_cache(maxsize=4_096)
def decisions_in(text: str) -> Sequence[Statement]:
    """The sentences of a message that tell a decision in its author's own words."""
    found: list[Statement] = []
    spans = [span for span in sentence_spans(text) if is_own(text, *span)]
    for before, span in zip([None, *spans], spans, strict=False):
        if before and _closes(text[slice(*span)]) and not any(each.sentence == before for each in found):
            found.extend(filter(None, [_closed(text, before, span)]))
        elif told := _statement(text, span):
            found.append(told._replace(is_explicit=told.is_explicit or _decides(text, before)))
    return found


def _closes(said: str) -> bool:
    """It says no more than that the sentence before it is decided: "That's settled."."""
    return lexicon.pattern("decided", "closings").fullmatch(_aligned(said).strip(" \t.!)(✅👍")) is not None


def _closed(text: str, before: TextSpan, closing: TextSpan) -> Statement | None:
    found = Statement(before, before, closing, is_labelled=True, is_explicit=True)
    said = lexicon.fold(text[slice(*before)])
    waits = (
        said.endswith("?") or lexicon.search("polarity", "condition", said) or lexicon.search("polarity", "after", said)
    )
    return None if waits or not _says_something(text, found) else found


def _decides(text: str, before: TextSpan | None) -> bool:
    """Whether the sentence before says that something was decided: "We have voted, 14 to 3. From now on ..."."""
    said = _aligned(text[slice(*before)]) if before else ""
    return not said.endswith("?") and lexicon.pattern("decided", "phrases").search(said) is not None


def _statement(text: str, whole: TextSpan) -> Statement | None:
    said = without_request(text[slice(*whole)])
    span, aligned = TextSpan(whole.start, whole.start + len(said)), _aligned(said)
    if span != whole and (found := _proposed(text, span, aligned)):
        return found
    label = _tag().match(said) or _label().match(said)
    explicit = label or lexicon.pattern("decided", "phrases").search(aligned)
    if explicit and not label and not _is_told(aligned, explicit):
        return None
    told = explicit or lexicon.pattern("decided", "loose").search(aligned)
    if told is None or said.rstrip().endswith("?"):
        return None
    if any(marks.start() < told.end() and told.start() < marks.end() for marks in IN_MARKS.finditer(said)):
        return None
    cue = TextSpan(span.start + told.start(), span.start + told.end())
    stated = TextSpan(span.start + (_body(label) if label else _behind_lead_in(aligned, told)), span.end)
    found = Statement(span, stated, cue, label is not None, explicit is not None)
    return found if _says_something(text, found) else None


def _proposed(text: str, span: TextSpan, aligned: str) -> Statement | None:
    """ "Let's go with X, agreed?", which consent makes a decision. `span`: without the question."""
    lead_in = _lead_in().match(aligned)
    if not lexicon.opening("consent", "proposed").match(aligned, lead_in.end() if lead_in else 0):
        return None
    found = Statement(span, span, TextSpan(span.end, span.end), is_labelled=False, is_explicit=True)
    return found if _says_something(text, found) else None


def _is_told(aligned: str, cue: re.Match[str]) -> bool:
    """Whether the words of deciding begin a clause: "I thought we agreed" and "have we agreed" tell nothing."""
    lead_in = _lead_in().match(aligned)
    begin = lead_in.end() if lead_in else 0
    before = aligned[: cue.start()].rstrip()
    return (
        cue.start() <= begin
        or before.endswith(CLAUSE_ENDS)
        or lexicon.opening("grammar", "copulas").match(cue[0]) is not None
        or any(lexicon.opening("grammar", key).match(aligned, begin) for key in ("occasions", "about"))
        or _joined().search(before) is not None
    )


@cache
def _joined() -> re.Pattern[str]:
    joints = "|".join(lexicon.alternatives("grammar", key) for key in ("joining", "therefore"))
    return re.compile(rf"(?<!\w)(?:{joints})$")


def _body(label: re.Match[str]) -> int:
    """Where a labelled statement begins: with its subject, where the label names one."""
    named = label.start("about") if "about" in label.re.groupindex else -1
    return named if named >= 0 else label.end()


def _behind_lead_in(aligned: str, told: re.Match[str]) -> int:
    """Where an unlabelled statement begins: behind "we agreed that", else with the sentence."""
    complement = _complement().match(aligned, told.end())
    lead_in = _lead_in().match(aligned)
    begin = lead_in.end() if lead_in else 0
    if told.start() <= begin:
        return complement.end() if complement else told.start()
    narrows = lexicon.opening("grammar", "narrowing").match(aligned, begin)
    if narrows or not (complement or aligned[: told.start()].rstrip().endswith(":")):
        return 0
    return complement.end() if complement else told.start()


def _says_something(text: str, found: Statement) -> bool:
    """Enough for a stranger, and in words: "we have voted, 14 to 3" tells no decision."""
    told = text[slice(*(found.stated if found.is_labelled else found.sentence))]
    decided = content_words(found.content(text))
    return (
        len(told.split()) >= MIN_WORDS
        and len(content_words(told)) >= MIN_CONTENT
        and any(not any(map(str.isdigit, word)) for word in decided)
    )


def _aligned(said: str) -> str:
    """Small letters and straight signs, every one in its place."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in said).translate(lexicon.FOLDED_SIGNS)
