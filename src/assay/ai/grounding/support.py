"""Whether a claim says what its evidence says: no fact, limit or "not" more, none less, and in its words.

A vector cannot tell: a claim that lost a "not" lies nearer to its quote than most paraphrases. So what can be told
exactly is compared exactly, in both directions, and the other words of the claim must be covered by the evidence.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.limits import limits_of, negated, other_limits
from assay.ai.grounding.own_words import is_own
from assay.ai.grounding.sentences import around, sentence_spans
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.stems import stem
from assay.ai.grounding.words import content_words, same_word
from assay.text.facts import Family, facts_of
from assay.text.opposites import opposed

MAX_ADDED: Final = 0.34
"""Of the words of a claim, that may stand in no evidence: a paraphrase replaces some."""
MAX_LEFT_OUT: Final = 0.5
"""Of the words of the sentences that a claim is made of, that it may leave out."""
SPARE_WORDS: Final = 0
MIN_SIZE: Final = 6
"""Words from which a claim may hold one word more than it leaves out."""
MAX_SENTENCES: Final = 4
MIN_NEW_WORDS: Final = 2
TAKES_AWAY: Final = ("only", "except", "without", "negative", "before", "condition", "at_most", "at_least")
"""Limits by which a sentence takes from the one before it."""
MAX_OPENING: Final = 60
LABELS: Final = re.compile(
    r"^(?:question|answer|problem|solution|in reply to|decision|action|agreed|voted for|disputed)\s*:\s*"
    r"|^(?:agreed|confirmed) by [^.\n]{1,200}\.$",
    re.IGNORECASE | re.MULTILINE,
)
"""What stands before the words of a quote in the content of a claim, and who backs it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A verified quote in its message: the whole text, and where the quote stands in it."""

    text: str
    start: int
    end: int


def unsupported(title: str, body: str, grounds: Sequence[Ground]) -> list[str]:
    """What only the claim or only its evidence says, each in words for a person; empty where they agree."""
    told = list(dict.fromkeys(sentence for ground in grounds for sentence in _sentences(ground)))
    claims = _claims(title, body)
    if not told or not claims:
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
    return list(dict.fromkeys(each.rstrip(" .!") for each in said if content_words(each)))


def _sentences(ground: Ground) -> list[str]:
    """The whole sentences that a quote touches, without a label, with those behind that begin by limiting them."""
    span = around(ground.text, ground.start, ground.end)
    labels = {each.sentence: each for each in decisions_in(ground.text)}
    found: list[str] = []
    for each in sentence_spans(ground.text):
        said = ground.text[slice(*(labels[each].bare if each in labels else each))]
        goes_on = lexicon.opening("limiting", "openings").match(lexicon.fold(said)[:MAX_OPENING]) is not None
        if each.start >= span.end and not goes_on:
            break
        if each.end <= span.start or not is_own(ground.text, *each):
            continue
        if found and goes_on and limits_of(said).has(*TAKES_AWAY):
            found[-1] = f"{found[-1]} {said}"
        else:
            found.append(said)
    return found


def _differences(claim: str, whole: str, told: Sequence[str]) -> Iterable[str]:
    if any(_says_it_all(claim, each) for each in told):
        return
    evidence = ". ".join(_stating(claim, told))
    added, left_out = _heavy_words(claim, evidence), _heavy_words(evidence, whole)
    yield from _other_facts(claim, whole, evidence, told)
    yield from other_limits(claim, whole, evidence, leaves_out=bool(left_out))
    yield from _opposites(claim, evidence)
    yield from _otherwise_negated(claim, evidence)
    yield from _mixed(claim, evidence)
    size = len(_weighty(claim))
    if len(added) > max(1, MAX_ADDED * size) or len(added) > len(left_out) + SPARE_WORDS * (size >= MIN_SIZE):
        yield f"its own words: {', '.join(added)}"
    if len(left_out) > MAX_LEFT_OUT * len(_weighty(evidence)):
        yield f"left out: {', '.join(left_out)}"


def _says_it_all(claim: str, sentence: str) -> bool:
    """The very words."""
    return lexicon.fold(claim) == lexicon.fold(sentence).rstrip(" .!")


def _stating(claim: str, told: Sequence[str]) -> list[str]:
    """The sentences of the evidence that a claim is made of: the nearest, and those that cover what it leaves."""
    left = set(content_words(claim))
    chosen: list[str] = []
    while left and len(chosen) < MAX_SENTENCES:
        best = max(told, key=lambda sentence: (len(_covered(left, sentence)), sentence not in chosen))
        covered = _covered(left, best)
        if not covered or best in chosen or (chosen and len(covered) < MIN_NEW_WORDS):
            break
        chosen.append(best)
        left -= covered
    return chosen or [told[0]]


def _covered(words: Collection[str], text: str) -> frozenset[str]:
    known = content_words(text)
    return frozenset(word for word in words if any(_means(word, other) for other in known))


def _means(one: str, other: str) -> bool:
    """Forms of one word, the same number, or plain words of one meaning."""
    if same_word(one, other) or _digits(one) == _digits(other):
        return True
    groups = lexicon.synonyms()
    return not groups.get(stem(one), frozenset()).isdisjoint(groups.get(stem(other), frozenset()))


def _digits(word: str) -> str:
    return lexicon.numbers().get(word, word)


def _other_facts(claim: str, whole: str, evidence: str, told: Sequence[str]) -> Iterable[str]:
    """Numbers, dates, versions, identifiers and names that only one side states."""
    everything = " ".join(told)
    theirs, kept = _values(everything), _values(whole)
    for value, words in _values(claim).items():
        if value not in theirs and not _stands(words, everything):
            yield f"“{words}” stands in no quote"
    for value, words in _values(evidence).items():
        if value not in kept and not _stands(words, whole):
            yield f"“{words}” was left out"


def _values(text: str) -> dict[str, str]:
    """What a text states exactly: the values of its facts and all that is written in digits, to the words of it."""
    facts = [fact for fact in facts_of(text) if fact.family is not Family.NAME and fact.words not in SMALL]
    found = {fact.value: fact.words for fact in facts}
    said = lexicon.fold(text)
    numbers = lexicon.numbers(lexicon.language_of(said))
    spelt = {numbers[word]: word for word in said.split() if word in numbers and word not in SMALL}
    calendar = lexicon.words("grammar", "calendar")
    figures = {stem(word): word for word in content_words(text) if any(map(str.isdigit, word)) or word in calendar}
    covered = " ".join(fact.words.casefold() for fact in facts)
    return found | {value: word for value, word in (spelt | figures).items() if word not in covered}


SMALL: Final = frozenset(
    ["one", "un", "une", "uno", "una", "um", "uma", "ein", "eine", "een", "jeden", "second", "first"]
)
"""Articles in some languages, and words that count loosely."""


def _stands(words: str, text: str) -> bool:
    said = lexicon.fold(text)
    return lexicon.fold(words) in said or any(_digits(word) == _digits(lexicon.fold(words)) for word in said.split())


def _opposites(claim: str, evidence: str) -> Iterable[str]:
    mine, theirs = content_words(claim), content_words(evidence)
    for word in sorted(mine - theirs):
        if rival := next((other for other in sorted(theirs - mine) if opposed(word, other)), None):
            yield f"“{word}” instead of “{rival}”"


def _otherwise_negated(claim: str, evidence: str) -> Iterable[str]:
    """Both say "not", but of different things."""
    mine, theirs = negated(claim), negated(evidence)
    said = content_words(evidence)
    if mine and theirs and not _known(mine, theirs) and _known(mine, said):
        yield f"“not” of something else: {', '.join(sorted(mine))}"


def _mixed(claim: str, evidence: str) -> Iterable[str]:
    """Words that the evidence says of different things, put together."""
    pieces, mine = _clauses(evidence), _clauses(claim)
    if len(pieces) < 2 or len(mine) < 2:
        return
    own = [
        [word for word in piece if not any(word in other for other in pieces if other is not piece)] for piece in pieces
    ]
    sources = [max(range(len(own)), key=lambda at: len(_known(clause, own[at]))) for clause in mine]
    for clause, source in zip(mine, sources, strict=True):
        for at, others in enumerate(own):
            strays = _known(clause, others) if at != source else []
            strays = [word for word in strays if at not in sources or any(opposed(word, each) for each in own[source])]
            if strays:
                yield f"said of something else: {', '.join(strays)}"


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"[,;:.!?()]\s|\s{lexicon.alternatives('grammar', 'joining')}\s", re.IGNORECASE)


def _clauses(text: str) -> list[frozenset[str]]:
    found = [_weighty(piece) for piece in _joint().split(text)]
    return [words for words in found if len(words) >= MIN_NEW_WORDS]


def _known(words: Iterable[str], others: Collection[str]) -> list[str]:
    return sorted(word for word in words if any(_means(word, other) for other in others))


def _heavy_words(text: str, other: str) -> list[str]:
    """The words of weight that the other text does not hold in any form."""
    known = content_words(other)
    figures = {
        part for fact in facts_of(text) if fact.family is not Family.NAME for part in lexicon.fold(fact.words).split()
    }
    return sorted(word for word in _weighty(text) - figures if not any(_means(word, each) for each in known))


def _weighty(text: str) -> frozenset[str]:
    """The content words but for those that hardly say anything, and those that are compared by their class."""
    languages = lexicon.languages_of(lexicon.fold(text))
    return content_words(text) - lexicon.words("synonyms", "light") - lexicon.limiting_words(languages)
