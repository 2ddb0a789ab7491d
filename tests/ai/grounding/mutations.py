"""True sentences made untrue: a limit, a figure, a name or a word taken away, added or exchanged."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from assay.ai.grounding import lexicon
from assay.ai.grounding.lead_in import without_lead_in
from assay.ai.grounding.limits import limits_of
from assay.ai.grounding.terms import terms
from assay.evaluation.cases import Case

LIMITS: Final = (
    "not", "no", "never", "only", "nobody", "at least", "at most", "unless", "until", "except", "without", "before",
    "after", "more than", "less than", "wider than", "fewer than", r"(?:under|below|above)(?= \d)",
)  # fmt: skip
CLAUSE: Final = re.compile(
    r"[,;]?\s*\b(?:if|when|whenever|unless|until|except|as long as|once|before|after|only|while|during|without|on|in|at"
    r"|within|from|for|with)\b[^,;.]*",
    re.IGNORECASE,
)
WORD: Final = re.compile(r"[^\W_]+")
NUMBER: Final = re.compile(r"(?<![\w.,:/-])\d+(?![\w.,:/-]*\d)")
HELPER: Final = re.compile(r"\b(?:is|are|may|can|must|will)\b(?! not)", re.IGNORECASE)
ADDED: Final = (
    "and the caretaker", "every week", "at midnight", "by drone", "and are replaced in spring", "for now",
    "together with an invoice", "in the branch office", "and a copy goes to legal", "unless it rains",
    "if a manager agrees", "because that is cheaper", "except on ships", "with a helmet",
)  # fmt: skip


class Mutation(NamedTuple):
    how: str
    text: str


def mutations(case: Case, others: Sequence[Case], seed: int = 0) -> list[Mutation]:
    """All of one true sentence. `others`: whose words take the place of its own."""
    says = without_lead_in(case.says or "").rstrip(" .")
    rng = random.Random(f"{seed}/{case.id}")
    nouns = sorted({word for other in others if other is not case for word in _telling(other.says or "")})
    found = [*_limits(says), *_figures(says, rng), *_words(says, nouns, rng), *_clauses(says, rng)]
    folded = {lexicon.fold(says)}
    return [each for each in dict.fromkeys(found) if lexicon.fold(each.text) not in folded]


def _limits(says: str) -> Iterator[Mutation]:
    for word in LIMITS:
        for found in re.finditer(rf"(?<![\w'-]){word}(?![\w'-])(?! (?:even|matter))", says, re.IGNORECASE):
            yield Mutation("a limit dropped", _without(says, found))
    for found in HELPER.finditer(says):
        yield Mutation("a not added", f"{says[: found.end()]} not{says[found.end() :]}")
    for found in _content(says):
        if re.search(r"\bnot (?:even )?$", says[: found.start()]):
            continue
        yield Mutation("an only added", f"{says[: found.start()]}only {says[found.start() :]}")


def _figures(says: str, rng: random.Random) -> Iterator[Mutation]:
    numbers = list(NUMBER.finditer(says))
    bounded = limits_of(says).bounds
    for found in numbers:
        yield Mutation("another number", _replaced(says, found, str(int(found[0]) + rng.choice((1, 2, 10)))))
        if found[0] not in bounded:
            yield Mutation("a bound added", _replaced(says, found, f"{rng.choice(('at least', 'at most'))} {found[0]}"))
    for one, two in pairwise(numbers):
        if one[0] != two[0]:
            yield Mutation("numbers exchanged", _exchanged(says, one, two))


def _words(says: str, nouns: Sequence[str], rng: random.Random) -> Iterator[Mutation]:
    content = _content(says)
    for at, one in enumerate(content):
        yield Mutation("a word dropped", _without(says, one))
        yield Mutation("another word", _replaced(says, one, _another(one[0], nouns, rng)))
        for two in content[at + 2 :]:
            if not re.search(r"\b(?:and|or|nor)\b|/", says[one.end() : two.start()]):
                yield Mutation("words exchanged", _exchanged(says, one, two))
    for found in WORD.finditer(says):
        for other in _OPPOSITES.get(found[0].lower(), ()):
            yield Mutation("the opposite", _replaced(says, found, other))


def _another(word: str, nouns: Sequence[str], rng: random.Random) -> str:
    """One that is no form of it."""
    return rng.choice([noun for noun in nouns if noun[:4].lower() != word[:4].lower()])


def _clauses(says: str, rng: random.Random) -> Iterator[Mutation]:
    for found in CLAUSE.finditer(says):
        if terms(found[0]) and any(each.weighs for each in terms(found[0])):
            yield Mutation("a clause dropped", _without(says, found))
    for words in rng.sample(ADDED, 6):
        yield Mutation("something added", f"{says} {words}")


def _content(says: str) -> list[re.Match[str]]:
    """The words that say something, where they stand once and alone."""
    often = Counter(part for each in terms(says) for part in (each.parts or (each.lemma,)))
    found = []
    for word in WORD.finditer(says):
        around = says[max(0, word.start() - 1) : word.end() + 1]
        of_word = terms(word[0])
        if (
            len(of_word) == 1
            and of_word[0].weighs
            and often[of_word[0].lemma] == 1
            and not re.search(r"[-'’.:]", around)
        ):
            found.append(word)
    return found


def _telling(says: str) -> Iterable[str]:
    return (word[0] for word in _content(says) if word[0].isascii())


def _without(says: str, found: re.Match[str]) -> str:
    return " ".join((says[: found.start()] + " " + says[found.end() :]).split())


def _replaced(says: str, found: re.Match[str], words: str) -> str:
    return says[: found.start()] + words + says[found.end() :]


def _exchanged(says: str, one: re.Match[str], two: re.Match[str]) -> str:
    return says[: one.start()] + two[0] + says[one.end() : two.start()] + one[0] + says[two.end() :]


_PAIRS: Final = (
    "before after|until from|more less|open closed|opened closed|allowed forbidden|first last|never always|day night"
    "|minimum maximum|big small|old new|hot cold|over under|above below|left right|inside outside|accepted refused"
)
_OPPOSITES: Final = {
    one: tuple(other for other in pair.split() if other != one) for pair in _PAIRS.split("|") for one in pair.split()
}
