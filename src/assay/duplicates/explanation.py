"""Why a claim was found to be like another, in words for a person. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from assay.duplicates.changes import FactChange
from assay.duplicates.claim import Claim
from assay.duplicates.scale import rounded
from assay.duplicates.wording import shown_words

MAX_WORDS: Final = 6


def exact(candidate: Claim) -> str:
    return f"Says exactly the same as {_named(candidate)}."


def update(proposal: Claim, candidate: Claim, score: float, changes: Sequence[FactChange]) -> str:
    facts = ", ".join(str(change) for change in changes)
    said = f"Says something else about the same thing: {facts} (similarity {rounded(score)} with {_named(candidate)})."
    return " ".join([said, *_words(proposal, candidate)])


def same(proposal: Claim, candidate: Claim, score: float, *, spelling: bool) -> str:
    """`spelling`: the letters are alike, not only the meaning."""
    how = "Reads almost the same as" if spelling else "Probably means the same as"
    return " ".join([f"{how} {_named(candidate)} (similarity {rounded(score)}).", *_words(proposal, candidate)])


def _named(candidate: Claim) -> str:
    return f"{candidate.kind} '{candidate.title}'"


def _words(proposal: Claim, candidate: Claim) -> Iterator[str]:
    new, known = shown_words(proposal.text), shown_words(candidate.text)
    for label, words in (
        ("Both say", [word for stem, word in new.items() if stem in known]),
        ("Only this one says", [word for stem, word in new.items() if stem not in known]),
        ("Only the other says", [word for stem, word in known.items() if stem not in new]),
    ):
        if words:
            more = f" and {len(words) - MAX_WORDS} more" if len(words) > MAX_WORDS else ""
            yield f"{label}: {', '.join(words[:MAX_WORDS])}{more}."
