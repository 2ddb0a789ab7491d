"""The echo guard: own knowledge that comes back through chat is recognised, so that it never confirms itself.

A bot posts an approved atom, a person quotes one, an extractor reads it and proposes it again: each round it would seem
better attested. So what restates something known raises no new proposal:

| what is restated | by whom                                                      | then                            |
|------------------|--------------------------------------------------------------|---------------------------------|
| a live atom      | anybody                                                      | nothing: it is known            |
| a pending atom   | somebody who does not back it yet, in words that are no quote | it gains these words as evidence |
| a pending atom   | a machine, a quotation, or somebody who backs it already     | nothing                         |

Whoever says something new about it is heard: another number, date, name or "not", or a further statement.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Final
from uuid import UUID

from assay.ai.extractor import Message
from assay.ai.rules import lexicon
from assay.ai.rules.facts import negates, numbers
from assay.kinds import Kind, folded
from assay.proposals.drafts import Addition, Draft, ProposedLink, QuotedEvidence
from assay.text.authors import author_key

MAX_CHARACTERS: Final = 600
"""Characters of a text that are compared."""
MIN_WORDS: Final = 3
SHARED: Final = 0.8
"""Of the words of what is known, so many stand in what was said, in their order."""
MISSPELT: Final = 0.85
"""Likeness from which a word is another one with a slip of the pen."""
UNIMPORTANT: Final = lexicon.words("restatement", "unimportant")
"""Small words, and those by which a statement is passed on."""
INTRODUCTION: Final = re.compile(r"^[^:\n]{0,80}:\s+(?=\S)")
"""Whose words or which list it is, before a colon."""
QUOTED: Final = re.compile(r"\s*(?:>|&gt;|\||[\"“„«»])")
MARKS: Final = re.compile(r"[*_`~>|#\[\]()\"'“”„«»]")
WORD: Final = re.compile(r"[\w%€$£]+(?:[.:,/'’-][\w%]+)*")


@dataclass(frozen=True, slots=True)
class RestatableAtom:
    """An atom that exists, or waits for a decision."""

    id: UUID
    title: str
    body: str
    is_entity: bool
    people: frozenset[str] = frozenset()
    """The keys of those whose words back it."""


@dataclass(slots=True)
class SortedOut:
    """The drafts of a window, those that only repeat what is known apart."""

    drafts: list[Draft] = field(default_factory=list)
    added: dict[UUID, Addition] = field(default_factory=dict)
    """What other people's words add to pending proposals."""
    counts: Counter[str] = field(default_factory=Counter)


def sorted_out(
    drafts: Sequence[Draft], known_atoms: Mapping[str, Sequence[RestatableAtom]], messages: Mapping[UUID, Message]
) -> SortedOut:
    """`known_atoms`: known atoms with a title like a text of `texts`; `messages`: those that the drafts may quote."""
    found = SortedOut()
    repeats: dict[UUID, UUID] = {}
    for draft in drafts:
        known = restated(draft, known_atoms)
        if known is None:
            found.drafts.append(draft)
            continue
        repeats[draft.id] = known.id
        evidence = [] if known.is_entity or draft.kind is not Kind.ATOM else _independent(draft, known, messages)
        if evidence:
            addition = Addition(evidence, draft.stated_confidence)
            found.added[known.id] = found.added[known.id] + addition if known.id in found.added else addition
        found.counts["restated" if evidence else "echoes"] += 1
    found.drafts = [replace(draft, links=_led_to_the_known(draft, repeats)) for draft in found.drafts]
    return found


def texts(drafts: Iterable[Draft]) -> list[str]:
    """What has to be looked up: the titles of the atoms, and the lines that were quoted."""
    found: dict[str, None] = {}
    for draft in drafts:
        if draft.kind is Kind.ATOM:
            found[draft.title] = None
        for quote in draft.evidence:
            found.update(dict.fromkeys(lines(quote.quote)))
    return list(found)


def restated(draft: Draft, known_atoms: Mapping[str, Sequence[RestatableAtom]]) -> RestatableAtom | None:
    """The known atom that a draft says again: in its own words, or in every line that it quotes."""
    if draft.kind is Kind.ATOM:
        for known in known_atoms.get(draft.title, ()):
            figures = _figures(f"{draft.title} {known.title} {known.body}")
            if says_the_same(draft.title, known) and _figures(draft.body) <= figures:
                return known
    quoted = [line for quote in draft.evidence for line in lines(quote.quote)]
    sources = [next((k for k in known_atoms.get(line, ()) if says_the_same(line, k)), None) for line in quoted]
    return sources[0] if sources and all(sources) else None


def says_the_same(said: str, known: RestatableAtom) -> bool:
    wordings = [said, INTRODUCTION.sub("", said)]
    return any(_restates(each, text) for each in wordings for text in (known.title, known.body) if text)


def _restates(said: str, known: str) -> bool:
    """Most words of what is known stand in what was said, no other of weight does, and no fact is another."""
    mine, theirs = words(said), words(known)
    if mine == theirs:
        return True
    if len(theirs) < MIN_WORDS:
        return False
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    slips = [word for word in mine if word not in theirs and _is_misspelt(word, theirs)]
    common = sum(block.size for block in blocks) + len(slips)
    more = set(mine) - set(theirs) - set(slips) - UNIMPORTANT
    return common >= SHARED * len(theirs) and not more and _same_facts(said, known)


def _is_misspelt(word: str, among: Sequence[str]) -> bool:
    """One of the others in another number, or with a slip within it. A name that ends otherwise is another name."""
    return any(_is_slip(word, other) for other in among if other not in UNIMPORTANT)


def _is_slip(one: str, other: str) -> bool:
    if not (one.isalpha() and other.isalpha()):
        return False
    if one.removesuffix("s") == other.removesuffix("s"):
        return True
    same_ends = one[0] == other[0] and one[-1] == other[-1]
    return same_ends and SequenceMatcher(None, one, other).ratio() >= MISSPELT


def _same_facts(said: str, known: str) -> bool:
    return numbers(said) == numbers(known) and negates(said) == negates(known) and _figures(said) == _figures(known)


def _figures(text: str) -> set[str]:
    """Words with a digit in them: versions, ids, dates, amounts."""
    return {word for word in words(text) if any(map(str.isdigit, word))}


def words(text: str) -> list[str]:
    return WORD.findall(MARKS.sub(" ", folded(text[:MAX_CHARACTERS])))


def lines(text: str) -> list[str]:
    """The lines of a text that say something of weight, without the marks of quotes and lists at their beginning."""
    plain = (re.sub(r"^[\W_]+", "", line).strip() for line in text.splitlines())
    return [line[:MAX_CHARACTERS] for line in plain if set(words(line)) - UNIMPORTANT]


def _independent(draft: Draft, known: RestatableAtom, messages: Mapping[UUID, Message]) -> list[QuotedEvidence]:
    """The quotes by people who do not back the known one yet, in words of their own."""
    found: list[QuotedEvidence] = []
    people = set(known.people)
    for quote in draft.evidence:
        message = messages.get(quote.message_id)
        if not message or not quote.verified or message.is_bot or is_quotation(quote, message):
            continue
        if (person := author_key(message.author)) not in people:
            people.add(person)
            found.append(quote)
    return found


def is_quotation(quote: QuotedEvidence, message: Message) -> bool:
    """True for words in a line that is marked as quoted, or begins with a quotation mark."""
    start = message.text.rfind("\n", 0, quote.start_offset or 0) + 1
    return QUOTED.match(message.text, start) is not None


def _led_to_the_known(draft: Draft, repeats: Mapping[UUID, UUID]) -> list[ProposedLink]:
    """Links to a draft that only repeats lead to what it repeats."""
    led = (replace(link, to=repeats.get(link.to, link.to)) for link in draft.links)
    return [link for link in led if link.to != draft.id]
