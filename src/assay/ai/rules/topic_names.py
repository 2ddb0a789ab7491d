"""What a group of statements is called: a noun phrase that several of them share and people would search for."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assay.ai.rules.candidates import AtomCandidate
from assay.ai.rules.language import noun_phrases
from assay.ai.rules.lexicon import words
from assay.ai.rules.vectors import VectorCache
from assay.ai.rules.vocabulary import Vocabulary, looks_like_a_name
from assay.ai.rules.weights import weigh
from assay.text.naming import says_a_subject

GENERIC: Final = words("topic", "generic")
LABELS: Final = re.compile(
    r"^(?:Question|Answer|In reply to|Action|Voted for|Agreed|Problem|Solution): |\n(?:Confirmed by|Agreed by) [^\n]*",
    re.MULTILINE,
)
MEMBERS_THAT_SHARE_A_NAME: Final = 2
MIN_COVERAGE: Final = 0.3
MAX_KEYWORDS: Final = 6
MAX_ABBREVIATION: Final = 5


@dataclass(frozen=True, slots=True)
class Naming:
    """The names a group may get, and what is known of them."""

    members: Sequence[AtomCandidate]
    mentions: Counter[str]
    """In how many members a phrase stands."""
    spellings: Counter[str]
    names: Sequence[str]


def naming(members: Sequence[AtomCandidate], vocabulary: Vocabulary) -> Naming:
    mentions: Counter[str] = Counter()
    spellings: Counter[str] = Counter()
    for member in members:
        found = noun_phrases(words_of(member), vocabulary.people)
        spellings.update(found)
        mentions.update({phrase.casefold() for phrase in found})
    names = [phrase for phrase in mentions if _may_name(phrase, mentions[phrase], vocabulary)]
    return Naming(members, mentions, spellings, sorted(names))


def words_of(candidate: AtomCandidate) -> str:
    return LABELS.sub("", candidate.content)


def mentions(candidate: AtomCandidate, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words_of(candidate), re.IGNORECASE) is not None


def is_generic(phrase: str) -> bool:
    return all(word in GENERIC for word in phrase.casefold().split())


def _may_name(phrase: str, shared_by: int, vocabulary: Vocabulary) -> bool:
    if shared_by < MEMBERS_THAT_SHARE_A_NAME or is_generic(phrase) or not says_a_subject(phrase):
        return False
    if vocabulary.is_everywhere(phrase) or vocabulary.is_channel(phrase):
        return False
    if vocabulary.is_name(phrase):
        return True
    if " " in phrase:
        return vocabulary.authors_of(phrase) >= 2
    return len(phrase) > 4 and vocabulary.authors_of(phrase) >= 3 and shared_by >= 3


def ranked(found: Naming, vectors: VectorCache, vocabulary: Vocabulary) -> list[str]:
    """Names from best to worst; a name inside a better one is no further keyword."""
    centre = vectors.rows([member.title for member in found.members]).mean(axis=0)
    centre /= math.sqrt(float(centre @ centre))

    def merit(name: str) -> float:
        coverage = found.mentions[name] / len(found.members)
        usage = math.log(2 + vocabulary.turns_with(name))
        form = weigh("form_of_name", several_words=" " in name, name=vocabulary.is_name(name))
        return coverage * usage * form * max(0.01, float(vectors.of(name) @ centre) - 0.4)

    order = sorted(found.names, key=lambda name: (-merit(name), name))
    return [
        name
        for place, name in enumerate(order)
        if not any(name in better or better in name for better in order[:place])
    ]


def spelled(name: str, found: Naming) -> str:
    """The name as people write it, with a capital."""
    variants = [text for text, _ in found.spellings.most_common() if text.casefold() == name]
    best = next(
        (text for text in variants if looks_like_a_name(text) and not text.isupper()), variants[0] if variants else name
    )
    return capitalized(best)


def capitalized(name: str) -> str:
    """With a capital, save what is written in a way of its own: `wgServer`, `common.js`, `iOS`."""
    own = any(letter.isupper() or letter in "_." for letter in name.split()[0][1:])
    return name if own else name[:1].upper() + name[1:]


def is_abbreviation(name: str) -> bool:
    return name.isupper() and len(name) <= MAX_ABBREVIATION
