"""Whether a claim says what its evidence says: no fact, limit or "not" more, none less, and in its words.

A vector cannot tell: a claim that lost a "not" lies nearer to its quote than most paraphrases. So what can be told
exactly is compared exactly, in both directions: figures, limits, and every word that says something. A word may stand
in another form or be replaced by one that the thesaurus knows to say the same.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from assay.ai.grounding import lexicon, thesaurus
from assay.ai.grounding.broader import broadened
from assay.ai.grounding.focus import set_otherwise
from assay.ai.grounding.lead_in import without_claimed_lead_in, without_lead_in
from assay.ai.grounding.limits import limits_of, other_limits
from assay.ai.grounding.order import exchanged
from assay.ai.grounding.own_words import is_own, without_named
from assay.ai.grounding.plain import plain
from assay.ai.grounding.sentences import around, sentence_spans
from assay.ai.grounding.statements import decisions_in, without_request
from assay.ai.grounding.terms import Known, Term, is_form, missing, terms
from assay.ai.grounding.words import content_words
from assay.text.facts import Family, facts_of
from assay.text.opposites import opposed

MAX_SENTENCES: Final = 4
MIN_NEW_WORDS: Final = 2
TAKES_AWAY: Final = ("only", "except", "without", "negative", "before", "condition", "at_most", "at_least")
"""Limits by which a sentence takes from the one before it."""
MAX_OPENING: Final = 60
LABELS: Final = re.compile(
    r"^(?:question|answer|problem|solution|in reply to|decision|action|agreed|voted for|disputed)\s*:\s*"
    r"|^(?:agreed|confirmed) by [^.\n]{1,200}\.$|^(?:#|\[)(?:action|vote)\b\]?:?\s*",
    re.IGNORECASE | re.MULTILINE,
)
"""What stands before the words of a quote in the content of a claim, and who backs it."""


SUGGESTED: Final = re.compile(r"^let['’]?s\s+(?=\w)", re.IGNORECASE)
"""Before what was decided: "let's keep the door shut"."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A verified quote in its message: the whole text, and where the quote stands in it."""

    text: str
    start: int
    end: int

    @classmethod
    def heard(cls, text: str, start: int, end: int, people: Iterable[str]) -> "Ground":
        """Without who is spoken to ("tom: ..."), where that is one of the people of the talk."""
        return cls(without_named(text, people), start, end)


class Told(NamedTuple):
    """A sentence of the evidence."""

    stated: str
    """Without its greeting and its words of deciding."""
    whole: str

    @property
    def asks(self) -> bool:
        """It states nothing, and may say what an answer is about."""
        return self.whole.rstrip().endswith("?")


def unsupported(title: str, body: str, grounds: Sequence[Ground]) -> list[str]:
    """What only the claim or only its evidence says, each in words for a person; empty where they agree."""
    told = list(dict.fromkeys(sentence for ground in grounds for sentence in _sentences(ground)))
    claims = _claims(title, body)
    if all(each.asks for each in told) or not claims:
        return ["no quote says it"]
    whole = " ".join(claims)
    found: dict[str, None] = {}
    for claim in claims:
        found |= dict.fromkeys(_differences(claim, whole, told))
    return list(found)


def _claims(title: str, body: str) -> list[str]:
    """The sentences of a claim, one of each."""
    texts = (LABELS.sub("", text) for text in (title, body))
    said = (text[slice(*span)].strip() for text in texts for span in sentence_spans(text))
    return list(dict.fromkeys(without_claimed_lead_in(each.rstrip(" .!")) for each in said if content_words(each)))


def _sentences(ground: Ground) -> list[Told]:
    """The whole sentences that a quote touches, with those behind that begin by limiting them."""
    span = around(ground.text, ground.start, ground.end)
    bare = {each.sentence.start: each.bare for each in decisions_in(ground.text)}
    found: list[Told] = []
    for each in sentence_spans(ground.text):
        said = without_request(ground.text[slice(*each)])
        told = Told(_stated(said, ground.text[slice(*bare.get(each.start, each))]), said)
        goes_on = lexicon.opening("limiting", "openings").match(lexicon.fold(said)[:MAX_OPENING]) is not None
        if each.start >= span.end and not goes_on:
            break
        if each.end <= span.start or not is_own(ground.text, *each):
            continue
        if found and goes_on and limits_of(told.stated).has(*TAKES_AWAY):
            found[-1] = Told(f"{found[-1].stated} {told.stated}", f"{found[-1].whole} {said}")
        else:
            found.append(told)
    return found


def _stated(said: str, bare: str) -> str:
    """`bare`: what stands behind the words of deciding, where those were recognised."""
    stated = without_lead_in(said)
    return SUGGESTED.sub("", LABELS.sub("", stated if stated != said else without_lead_in(bare)))


def _differences(claim: str, whole: str, told: Sequence[Told]) -> Iterable[str]:
    if any(_says_it_all(claim, each) for each in told):
        return
    stating = _stating(claim, told)
    evidence = ". ".join(each.stated for each in stating if not each.asks)
    counterparts = _counterparts(claim, evidence)
    yield from _other_facts(claim, whole, evidence, told)
    yield from other_limits(claim, whole, evidence)
    yield from _opposites(claim, evidence)
    yield from set_otherwise(claim, evidence, counterparts)
    yield from broadened(claim, evidence, counterparts)
    if added := missing(claim, ". ".join(each.whole for each in stating)):
        yield f"its own words: {_listed(added)}"
    if left_out := missing(evidence, whole):
        yield f"left out: {_listed(left_out)}"
    if pair := exchanged(claim, [each.stated for each in stating if not each.asks], counterparts):
        yield f"“{pair[0]}” and “{pair[1]}” changed places"


def _says_it_all(claim: str, told: Told) -> bool:
    """The very words."""
    return lexicon.fold(claim) in {lexicon.fold(each).rstrip(" .!") for each in told}


def _stating(claim: str, told: Sequence[Told]) -> list[Told]:
    """The sentences that a claim is made of: the statement that is nearest, and those that cover what it leaves."""
    left = [each for each in terms(claim) if each.weighs]
    some, chosen = [each for each in told if not each.asks], list[Told]()
    while left and len(chosen) < MAX_SENTENCES:
        best = max(some, key=lambda each: (len(_covered(left, each.whole)), each not in chosen))
        covered = _covered(left, best.whole)
        if not covered or best in chosen or (chosen and not best.asks and len(covered) < MIN_NEW_WORDS):
            break
        chosen.append(best)
        left, some = [each for each in left if each not in covered], list(told)
    return chosen or some[:1]


def _covered(words: Sequence[Term], text: str) -> list[Term]:
    known = Known.of(text)
    return [each for each in words if known.has(each)]


def _listed(words: Iterable[Term]) -> str:
    return ", ".join(sorted(each.word for each in words))


def _counterparts(claim: str, evidence: str) -> dict[str, str]:
    """The lemmas of a claim to those of the evidence that say the same."""
    mine, theirs = terms(claim), terms(evidence)
    same = {part: each.lemma for each in reversed(theirs) for part in (*each.parts, each.lemma)}
    groups = thesaurus.groups()
    by_group = {group: each.lemma for each in reversed(theirs) if each.weighs for group in groups.get(each.lemma, ())}
    found = {}
    for each in mine:
        if each.lemma in same:
            found[each.lemma] = same[each.lemma]
        elif each.weighs and (known := _by_meaning(each, by_group, theirs)):
            found[each.lemma] = known
    return found


def _by_meaning(term: Term, by_group: Mapping[int, str], theirs: Sequence[Term]) -> str | None:
    by_synonym = (by_group[group] for group in thesaurus.groups().get(term.lemma, ()) if group in by_group)
    by_form = (each.lemma for each in theirs if each.weighs and is_form(term.word, each.word))
    return next(by_synonym, None) or next(by_form, None)


def _other_facts(claim: str, whole: str, evidence: str, told: Sequence[Told]) -> Iterable[str]:
    """Numbers, dates, versions, identifiers and names that only one side states."""
    everything = " ".join(each.whole for each in told)
    theirs, kept = values_in(everything), values_in(whole)
    for value, words in values_in(claim).items():
        if value not in theirs and not _stands(words, everything):
            yield f"“{words}” stands in no quote"
    for value, words in values_in(evidence).items():
        if value not in kept and not _stands(words, whole):
            yield f"“{words}” was left out"


@lru_cache(maxsize=1_024)
def values_in(text: str) -> Mapping[str, str]:
    """What a text states exactly: the values of its facts and all that is written in digits, to the words of it."""
    text = plain(text)
    facts = [fact for fact in facts_of(text) if fact.family is not Family.NAME and fact.words not in SMALL]
    found = {fact.value + "%" * fact.words.endswith("%"): fact.words for fact in facts}
    said = lexicon.fold(text)
    numbers = lexicon.numbers(lexicon.language_of(said))
    spelt = {numbers[word]: word for word in said.split() if word in numbers and word not in SMALL}
    calendar = lexicon.words("grammar", "calendar")
    figures = {
        word.removesuffix("s") if word in calendar else word: word
        for word in (each.word for each in terms(text))
        if any(map(str.isdigit, word)) or word in calendar
    }
    covered = {part for fact in facts for part in lexicon.fold(fact.words).split()}
    return found | {value: word for value, word in (spelt | figures).items() if word not in covered | SMALL}


SMALL: Final = frozenset(["one", "un", "une", "uno", "una", "um", "uma", "ein", "eine", "een", "jeden", "1"])
"""Articles in some languages, and words that count loosely."""


def _stands(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(lexicon.fold(words))}(?!\w)", lexicon.fold(plain(text))) is not None


def _opposites(claim: str, evidence: str) -> Iterable[str]:
    mine, theirs = content_words(claim), content_words(evidence)
    for word in sorted(mine - theirs):
        if rival := next((other for other in sorted(theirs - mine) if opposed(word, other)), None):
            yield f"“{word}” instead of “{rival}”"
