"""What of a sentence only says that something was decided, or greets: it is no part of what was decided."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from assay.ai.grounding import thesaurus
from assay.ai.grounding.limits import limits_of
from assay.ai.grounding.terms import terms

MAX_LEAD_IN: Final = 90
ENUMERATED: Final = re.compile(r"\s*(?:\d{1,2}[.)]|[-*•])\s+(?=\S)")
ANSWERING: Final = re.compile(
    r"\s*(?:(?:yes|yeah|yep|aye|no|nope|ok|okay|well|right|sure|correct|anyway|so|alright|hi|hello|ja|nein|oui|non|sí|sì|"
    r"nee|tak|nie|sim|não|também|bueno|allora|dunque|also)\s?)+[,;.!–—-]+\s+",
    re.IGNORECASE,
)
"""Words that answer or greet: "No, deploys are fine"; without a sign behind it a "no" is part of what is said."""
GREETING: Final = re.compile(r"\s*(?:dears?|hi|hello|hey|good \w+ing)\b(?: \w+){0,4}[:,!.]\s+", re.IGNORECASE)
ADDRESSED: Final = re.compile(r"\s*(?:<?@[\w|.-]{1,60}>?[:,]?\s+)+(?=\S)")
"""Who is spoken to, before what is said."""
OCCASION: Final = re.compile(
    r"\s*(?:after|following) (?:last|this|today|yesterday)\w*(?:'s)?(?: \w+){0,2}:\s+", re.IGNORECASE
)
COLON: Final = re.compile(r":\s+")
ENDS: Final = re.compile(r":\s+|,?\s(?:that|dass|que|che|dat|że)\s+|,\s+|\s[-–—]\s+|\)\s+")
GOES_ON: Final = re.compile(r"(?:\s*,)?\s+(?:that|on|to(?=\s+\w))\s+(?!not\b)", re.IGNORECASE)
CLAIMED: Final = re.compile(
    r"(?:it(?: has been| was| is)|(?:we|the team|the group|everyone)(?: have| has)?(?: all)?) (?:been )?"
    r"(?:decided|agreed|settled)(?: on| that| to)? (?!not\b)",
    re.IGNORECASE,
)
BREAKS: Final = frozenset(
    {"and", "so", "we", "it", "that", "is", "are", "was", "with", "to", "of", "from", "after", "by", "as", "among"}
)
ABOUT: Final = frozenset(["for", "in", "at", "on", "about", "re", "regarding", "concerning"])


def without_lead_in(said: str) -> str:
    """The sentence behind its greeting and its words of deciding, where those set no limit and name no subject."""
    for opening in (ENUMERATED, ADDRESSED, ANSWERING, GREETING, OCCASION):
        found = opening.match(said)
        said = said[found.end() :] if found and found.end() < len(said) else said
    for found in _deciding().finditer(said[:MAX_LEAD_IN]):
        for end in (COLON.search(said, found.end()), GOES_ON.match(said, found.end()), ENDS.search(said, found.end())):
            if end and _is_a_lead_in(said, found.end(), end):
                return without_lead_in(said[end.end() :])
    return said


def _is_a_lead_in(said: str, decided: int, end: re.Match[str]) -> bool:
    """`decided`: where the words of deciding end."""
    ends_in_time = end.end() <= MAX_LEAD_IN and end.end() < len(said)
    return ends_in_time and _says_nothing(said[:decided], said[decided : end.start()], said[end.end() :])


def without_claimed_lead_in(claim: str) -> str:
    """The same of a claim, that may only say that those who speak decided."""
    found = CLAIMED.match(claim)
    return claim[found.end() :] if found else claim


@cache
def _deciding() -> re.Pattern[str]:
    words = "|".join(sorted(thesaurus.words("deciding"), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


def _says_nothing(before: str, behind: str, rest: str) -> bool:
    """No limit and no figure, and around the words of deciding only who is greeted and on which occasion it was.

    What it is about may be named where the rest names it too.
    """
    limits = limits_of(before + behind)
    if any(map(str.isdigit, before + behind)) or limits.negations or limits.is_exclusive:
        return False
    if limits.has("some", "before", "condition"):
        return False
    named = {each.lemma for each in terms(rest)}
    return all(said <= named or _is_occasion(said) for about, said in _phrases(before) if about) and all(
        said <= named or _is_occasion(said) for _, said in _phrases(behind)
    )


def _is_occasion(said: frozenset[str]) -> bool:
    return not said.isdisjoint(map(thesaurus.lemma, thesaurus.words("occasions")))


def _phrases(text: str) -> Iterator[tuple[bool, frozenset[str]]]:
    """The runs of words that say something, and whether each stands behind "for", "in" or "at"."""
    occasions, about = thesaurus.words("occasions"), False
    run: set[str] = set()
    for term in terms(text):
        if term.word in ABOUT or term.word in BREAKS:
            if run:
                yield about, frozenset(run)
            about, run = term.word in ABOUT, set()
        elif (term.weighs or term.word in occasions) and term.word not in thesaurus.words("deciding"):
            run.add(term.lemma)
    if run:
        yield about, frozenset(run)
