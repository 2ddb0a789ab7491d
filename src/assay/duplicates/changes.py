"""The changed-fact guard: what a text says differently about the same thing. Pure.

A vector cannot tell "same" from "updated": texts that differ in one number, name or "not" lie nearer to each other
than most paraphrases. A fact is changed where both texts fill one slot and fill it differently. What only one of them
mentions is not a change, for a paraphrase may leave things out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from assay.text.facts import RELEASE, Fact, Family, facts_of
from assay.text.opposites import NEGATIONS, opposed, stem

MAX_CHARACTERS: Final = 2_500
"""As much as an embedding sees of a text."""
MAX_RIVALS: Final = 3
"""Texts that differ in more values of one slot are lists of other things, not one thing changed."""
SHORT: Final = 200
"""Up to here the whole text says what it is about. Of a longer one only its title does: further down, a value counts
only where the words around it are the same, for a report names versions, paths and times that are not its point."""
ALIGNED: Final = 0.5
"""Share of common words from which the words around a difference show what it is about."""
NEARLY_EQUAL: Final = 0.7
"""Share of common words from which an added "not" turns the claim round."""
MAX_EDIT_WORDS: Final = 5

_TOKEN: Final = re.compile(r"[\w#$€£%~/@](?:[\w'’.:/@%-]*[\w%])?")
_FULL_STOP: Final = re.compile(r"(?<=\S)[.!?]\s|\n")
_CONTRACTION: Final = re.compile(r"\b(can|won|sha|\w+?)(?:n['’]t|not)\b", re.IGNORECASE)
_FULL: Final = {"wo": "will", "won": "will", "sha": "shall", "ca": "can"}


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact in the words of the two texts. None: the text says nothing there."""

    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f'"{self.after}" was added'
        return f"{self.before} -> {self.after}" if self.after else f'"{self.before}" was removed'


class Token(NamedTuple):
    word: str
    start: int
    end: int


class Edit(NamedTuple):
    """A place where the texts differ while the words around it are the same."""

    before: Sequence[Token]
    after: Sequence[Token]


def changed_facts(a: str, b: str) -> list[FactChange]:
    """What `b` says differently from `a`, each in words for a person; empty where nothing contradicts."""
    a, b = _readable(a), _readable(b)
    changes: list[FactChange] = []
    if max(len(a), len(b)) > SHORT:
        changes = _in_context(a, b, NEARLY_EQUAL)
        a, b = _title(a), _title(b)
    return list(dict.fromkeys([*_rivals(facts_of(a), facts_of(b)), *_in_context(a, b, ALIGNED), *changes]))


def _in_context(a: str, b: str, least_alike: float) -> list[FactChange]:
    """What differs where the words around it are the same."""
    facts_a, facts_b = facts_of(a), facts_of(b)
    changes: list[FactChange] = []
    tokens_a, tokens_b = _tokens(a), _tokens(b)
    edits, alike = _edits(tokens_a, tokens_b)
    if alike >= least_alike:
        words = {token.word for token in tokens_a}, {token.word for token in tokens_b}
        for edit in edits:
            changes += _replaced_facts(edit, facts_a, facts_b, words)
            changes += _turned_round(edit, alike)
    return changes


def _title(text: str) -> str:
    """What stands before the first full stop."""
    return _FULL_STOP.split(text, maxsplit=1)[0]


def _readable(text: str) -> str:
    """The text with contractions written out, so that "doesn't" and "does not" are the same."""
    full = _CONTRACTION.sub(lambda match: f"{_FULL.get(match[1].lower(), match[1])} not", text[:MAX_CHARACTERS])
    return full.replace("\0", " ")


def _tokens(text: str) -> list[Token]:
    return [Token(found[0].lower(), found.start(), found.end()) for found in _TOKEN.finditer(text)]


def _rivals(before: Sequence[Fact], after: Sequence[Fact]) -> Iterator[FactChange]:
    """Slots that both texts fill, each with something the other does not say."""
    slots = {fact.slot for fact in before if fact.slot} & {fact.slot for fact in after if fact.slot}
    for slot in sorted(slots):
        old, new = ([fact for fact in facts if fact.slot == slot] for facts in (before, after))
        gone, come = _only_in(old, new), _only_in(new, old)
        if max(len(gone), len(come)) <= MAX_RIVALS:
            yield from (FactChange(*pair) for pair in zip(gone, come, strict=False))


def _only_in(facts: Sequence[Fact], others: Sequence[Fact]) -> list[str]:
    said = {fact.value for fact in others}
    return list({fact.value: fact.words for fact in facts if fact.value not in said}.values())


def _edits(before: Sequence[Token], after: Sequence[Token]) -> tuple[list[Edit], float]:
    """The short differences between the texts, and the share of words they have in common."""
    stems = [[stem(token.word) for token in side] for side in (before, after)]
    matcher = SequenceMatcher(None, stems[0], stems[1], autojunk=False)
    edits = [Edit(before[i:j], after[k:m]) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
    return [each for each in edits if max(map(len, each)) <= MAX_EDIT_WORDS], matcher.ratio()


def _replaced_facts(
    edit: Edit, facts_a: Sequence[Fact], facts_b: Sequence[Fact], words: tuple[set[str], set[str]]
) -> Iterator[FactChange]:
    """Facts of one family that stand in each other's place and nowhere else in the other text."""
    gone = _unsaid(edit.before, facts_a, facts_b, words[1])
    come = _unsaid(edit.after, facts_b, facts_a, words[0])
    for family in Family:
        pairs = zip(
            [fact for fact in gone if fact.family is family],
            [fact for fact in come if fact.family is family],
            strict=False,
        )
        yield from (FactChange(old.words, new.words) for old, new in pairs if not _same(old, new))


def _unsaid(tokens: Sequence[Token], facts: Sequence[Fact], others: Sequence[Fact], words: set[str]) -> list[Fact]:
    """The facts among the tokens that the other text does not state anywhere."""
    if not tokens:
        return []
    start, end = tokens[0].start, tokens[-1].end
    said = {(fact.slot, fact.value) for fact in others}
    return [
        fact
        for fact in facts
        if fact.start < end
        and start < fact.end
        and (fact.slot, fact.value) not in said
        and not (fact.slot is None and fact.value in words)
    ]


def _same(old: Fact, new: Fact) -> bool:
    """The same value of the same thing, whatever the unit is called, or a name in another spelling."""
    if old.family is not Family.NAME:
        return old.value == new.value and not _other_products(old, new)
    shorter, longer = sorted((old.value, new.value), key=len)
    if len(shorter) >= 4 and longer.startswith(shorter):
        return True
    return len(shorter) >= 6 and SequenceMatcher(None, shorter, longer).ratio() >= 0.8


def _other_products(old: Fact, new: Fact) -> bool:
    return old.slot != new.slot and all(fact.slot and fact.slot.startswith(RELEASE) for fact in (old, new))


def _turned_round(edit: Edit, alike: float) -> Iterator[FactChange]:
    """Opposite words in one place, or a negation on one side. Both together cancel: "not enabled", "disabled"."""
    before, after = ([token.word for token in side] for side in edit)
    pair = next(((old, new) for old in before for new in after if opposed(old, new)), None)
    negations = [[word for word in side if word in NEGATIONS and word not in (pair or ())] for side in (before, after)]
    negated = len(negations[0]) % 2 != len(negations[1]) % 2
    if pair and not negated:
        yield FactChange(*pair)
    elif negated and not pair and alike >= NEARLY_EQUAL:
        old, new = (side[0] if side else None for side in negations)
        yield FactChange(None, new) if new and not old else FactChange(old, None)
