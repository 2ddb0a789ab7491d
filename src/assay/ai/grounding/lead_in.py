"""What of a sentence only says that something was decided, or greets: it is no part of what was decided."""

import re
from functools import cache
from typing import Final

from assay.ai.grounding import lexicon, thesaurus
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
ENDS: Final = re.compile(r":\s+|,?\s(?:that|dass|que|che|dat|że)\s+|,\s+|\s[-–—]\s+|\)\s+")
GOES_ON: Final = re.compile(r"(?:\s*,)?\s+(?:that|on|to(?=\s+\w))\s+(?!not\b)", re.IGNORECASE)
CLAIMED: Final = re.compile(
    r"(?:it(?: has been| was| is)|(?:we|the team|the group|everyone)(?: have| has)?(?: all)?) (?:been )?"
    r"(?:decided|agreed|settled)(?: on| that| to)? (?!not\b)",
    re.IGNORECASE,
)
ABOUT: Final = frozenset("for in at on about re regarding concerning with to of from after by as".split())


def without_lead_in(said: str) -> str:
    """The sentence behind its greeting and its words of deciding, where those set no limit and name no subject."""
    for opening in (ENUMERATED, ANSWERING):
        found = opening.match(said)
        said = said[found.end() :] if found and found.end() < len(said) else said
    for found in _deciding().finditer(said[:MAX_LEAD_IN]):
        end = GOES_ON.match(said, found.end()) or ENDS.search(said, found.end())
        if end and end.end() <= MAX_LEAD_IN and end.end() < len(said) and _says_nothing(said[: end.start()]):
            return said[end.end() :]
    return said


def without_claimed_lead_in(claim: str) -> str:
    """The same of a claim, that may only say that those who speak decided."""
    found = CLAIMED.match(claim)
    return claim[found.end() :] if found else claim


@cache
def _deciding() -> re.Pattern[str]:
    words = "|".join(sorted(thesaurus.words("deciding"), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


def _says_nothing(opening: str) -> bool:
    """No limit, no figure, and behind "for", "in" or "at" only an occasion on which people decide."""
    limits = limits_of(opening)
    if any(map(str.isdigit, opening)) or limits.negations or limits.is_exclusive or limits.has("some", "before"):
        return False
    if limits.has("condition"):
        return False
    occasions, about = thesaurus.words("occasions"), False
    phrase: list[str] = []
    for term in [*terms(opening), None]:
        word = term.word if term else ","
        if word in ABOUT or term is None or word in {"and", "so", "we", "it", "that"}:
            if about and phrase and not occasions & set(phrase):
                return False
            about, phrase = word in ABOUT, []
        elif term and (term.weighs or word in occasions) and word not in thesaurus.words("deciding"):
            phrase.append(word)
    return lexicon.fold(opening) != ""
