"""Facts that differ where the words around them are the same. Pure."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from math import isclose
from typing import Final, NamedTuple

from assay.ai.grounding import thesaurus
from assay.duplicates.fact_change import FactChange
from assay.duplicates.plain_text import PlainText, Token
from assay.duplicates.polarity import Polarity, polarity
from assay.text import lexicon
from assay.text.facts import RELEASE, Fact, Family
from assay.text.lexicon import Phrases
from assay.text.opposites import opposed

ALIGNED: Final = 0.5
"""Share of common words from which the words around a difference show what it is about."""
NEARLY_EQUAL: Final = 0.7
"""Share of common words from which an added "not" turns the claim round."""
MONTHS_DIFFER: Final = 0.04
"""Share by which a month may be longer than 30 days."""
MAX_EDIT_WORDS: Final = 5
MAX_REPLACED: Final = 3
"""Words in a row of which another choice, in a text that is the same otherwise, is another fact."""

AGENTS: Final = frozenset({"by", "durch", "von", "vom", "par", "por"})
INFLECTED: Final = frozenset({"de", "uk"})
NO_GROUPS: Final = frozenset[int]()
NEGATIVE, EXCLUSIVE = Polarity.NEGATIVE, Polarity.EXCLUSIVE


class Edit(NamedTuple):
    """A place where the texts differ while the words around it are the same."""

    before: Sequence[Token]
    after: Sequence[Token]


def edited(a: PlainText, b: PlainText, least_alike: float, *, whole: bool = False) -> Iterator[FactChange]:
    """`whole`: the texts are all that is said, so that any word that stands in another's place counts."""
    edits, alike = _edits(a, b)
    if alike < least_alike:
        return
    words = {token.word for token in a.tokens}, {token.word for token in b.tokens}
    found = False
    for edit in edits:
        for change in (*_replaced_facts(edit, a.facts, b.facts, words), *_turned_round(edit, alike, a, b)):
            found = True
            yield change
    if whole and not found and alike >= NEARLY_EQUAL:
        yield from _replaced_words(edits, a, b)


def _edits(a: PlainText, b: PlainText) -> tuple[list[Edit], float]:
    """The short differences between the texts, and the share of words they have in common."""
    matcher = SequenceMatcher(None, a.stems, b.stems, autojunk=False)
    edits = [Edit(a.tokens[i:j], b.tokens[k:m]) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
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
        yield from (FactChange(old.words, new.words) for old, new in pairs if not same_fact(old, new))


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


def same_fact(old: Fact, new: Fact) -> bool:
    """The same value of the same thing, whatever the unit is called, or a name in another spelling."""
    if old.family is not Family.NAME:
        return same_value(old, new) and not _other_products(old, new)
    return same_spelling(old.value, new.value)


def same_value(fact: Fact, other: Fact) -> bool:
    """The same, or about the same span where one counts months and the other days."""
    if fact.slot != other.slot or fact.slot != "duration" or fact.words.split()[-1:] == other.words.split()[-1:]:
        return fact.value == other.value
    return isclose(float(fact.value), float(other.value), rel_tol=MONTHS_DIFFER)


def same_spelling(one: str, other: str) -> bool:
    """Whether two words are one but for its ending or a slip of the pen."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 4 and longer.startswith(shorter):
        return True
    return len(shorter) >= 6 and SequenceMatcher(None, shorter, longer).ratio() >= 0.8


def _other_products(old: Fact, new: Fact) -> bool:
    return old.slot != new.slot and all(fact.slot and fact.slot.startswith(RELEASE) for fact in (old, new))


def _turned_round(edit: Edit, alike: float, a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """Opposite words in one place, or a "not", "only" or "unless" on one side.

    An opposite and a "not" cancel, wherever the "not" stands: "not enabled", "disabled".
    """
    before, after = ([token.word for token in side] for side in edit)
    pair = next(((old, new) for old in before for new in after if opposed(old, new)), None)
    pair = pair or _other_choice(edit, a.language)
    if pair:
        nots = [[word for word in side.polarity[NEGATIVE] if word not in pair] for side in (a, b)]
        if len(nots[0]) % 2 == len(nots[1]) % 2:
            yield FactChange(*pair)
    elif alike >= NEARLY_EQUAL and not has_opposites(a, b):
        yield from _added(edit, a.language)


def _added(edit: Edit, language: str) -> Iterator[FactChange]:
    """A "not" more or less; or words that limit, where the other text has nothing."""
    old, new = (polarity(_words(side), language) for side in edit)
    if len(old[NEGATIVE]) % 2 != len(new[NEGATIVE]) % 2:
        came = len(new[NEGATIVE]) > len(old[NEGATIVE])
        yield FactChange(None, new[NEGATIVE][0]) if came else FactChange(old[NEGATIVE][0], None)
    elif not (edit.before and edit.after) and (limits := old[EXCLUSIVE] or new[EXCLUSIVE]):
        yield FactChange(limits[0], None) if edit.before else FactChange(None, limits[0])


def has_opposites(a: PlainText, b: PlainText) -> bool:
    """Whether one says "not enabled" where the other says "disabled"."""
    gone, come = (
        {word.said for word in one.words} - {word.said for word in two.words} for one, two in ((a, b), (b, a))
    )
    return any(opposed(one, two) for one in gone for two in come)


def _words(tokens: Sequence[Token]) -> Sequence[lexicon.Word]:
    return [lexicon.Word(token.word, token.start, token.end) for token in tokens]


def _other_choice(edit: Edit, language: str) -> tuple[str, str] | None:
    """Words of one line of the lexicon that exclude each other."""
    before, after = (_choices(side, language) for side in edit)
    for line in before.keys() & after.keys():
        if before[line][0] != after[line][0]:
            return before[line][1], after[line][1]
    return None


def _choices(tokens: Sequence[Token], language: str) -> dict[int, tuple[int, str]]:
    """By line: which alternative, and in which words."""
    words = _words(tokens)
    return {
        line: (choice, " ".join(word.said for word in words[found.first : found.behind]))
        for found in _lines(language).among(words)
        for line, choice in found.value
    }


@cache
def _lines(language: str) -> Phrases[tuple[tuple[int, int], ...]]:
    places: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(lexicon.section(language, "in_place").get("lines", ())):
        for choice, phrase in enumerate(lexicon.alternatives(line)):
            places.setdefault(phrase, []).append((number, choice))
    return Phrases.of((phrase, tuple(each)) for phrase, each in places.items())


def exchanged(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """Words that have changed places round another: "Ana trains Ben", "Ben trains Ana".

    Where words show by their form what they are in the sentence, they must have changed it.
    """
    old, new = _speaking(a), _speaking(b)
    stems = [[a.stem(token.word) for token in side] for side in (old, new)]
    if sorted(stems[0]) != sorted(stems[1]) or _has_agent(a) != _has_agent(b):
        return
    start = next((at for at, (one, two) in enumerate(zip(*stems, strict=True)) if one != two), len(old))
    for end in range(len(old), start + 2, -1):
        for first, last in _swaps(stems[0][start:end], stems[1][start:end]):
            pair = old[start : start + first], old[end - last : end]
            if stems[0][end:] == stems[1][end:] and _means_otherwise(a, b, first, last):
                yield FactChange(*map(_said, pair))
                return


def _means_otherwise(a: PlainText, b: PlainText, first: int, last: int) -> bool:
    """Whether the order tells who does what: in English it does, elsewhere for single words, or the forms do."""
    if a.language in INFLECTED:
        return {token.word for token in a.tokens} != {token.word for token in b.tokens}
    return a.language == lexicon.DEFAULT_LANGUAGE or first == last == 1


def _swaps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """How many words at either end have changed places, with at least one between them that stays."""
    for first in range(1, len(old) - 1):
        for last in range(1, len(old) - first):
            middle = old[first : len(old) - last]
            if [*old[len(old) - last :], *middle, *old[:first]] == list(new):
                yield first, last


def _speaking(text: PlainText) -> Sequence[Token]:
    return [token for token in text.tokens if _speaks(token, text)]


def _has_agent(text: PlainText) -> bool:
    """Whether it may be said in the passive."""
    return any(word.said in AGENTS for word in text.words)


def _replaced_words(edits: Sequence[Edit], a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """In a text that is the same otherwise, another word that says something is another fact."""
    for edit in edits:
        gone, come = (
            [token for token in side if _speaks(token, text) and not _stands(token, other)]
            for side, text, other in ((edit.before, a, b), (edit.after, b, a))
        )
        both = gone and come and max(len(gone), len(come)) <= MAX_REPLACED
        if both and not any(_is_one(one.word, two.word) for one in gone for two in come):
            yield FactChange(_said(gone), _said(come))


def _is_one(word: str, other: str) -> bool:
    """One word in two forms, two that say the same, or an opposite that another word turns round again."""
    groups = thesaurus.groups()
    says_it = groups.get(thesaurus.lemma(word), NO_GROUPS) & groups.get(thesaurus.lemma(other), NO_GROUPS)
    return bool(says_it) or same_spelling(word, other) or opposed(word, other)


def _speaks(token: Token, text: PlainText) -> bool:
    """Whether it says something that is compared by no other rule."""
    is_figure = any(f.start < token.end and token.start < f.end for f in text.facts if f.family is not Family.NAME)
    is_figure = is_figure or any(map(str.isdigit, token.word))
    return not is_figure and token.word not in lexicon.small_words(text.language)


def _stands(token: Token, text: PlainText) -> bool:
    return text.stem(token.word) in text.stems


def _said(tokens: Sequence[Token]) -> str:
    return " ".join(token.word for token in tokens)
