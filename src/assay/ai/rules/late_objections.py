"""What is said in a window against something that was said before it, and may be stored by now."""

from collections.abc import Container, Iterable, Iterator
from uuid import UUID

from assay.ai.extractor import ObjectionDraft, Window
from assay.ai.rules.candidates import AtomCandidate
from assay.ai.rules.sentences import whole


def late_objections(candidates: Iterable[AtomCandidate], window: Window) -> list[ObjectionDraft]:
    """One for each earlier statement that new messages object to or take back."""
    return list(_objections(candidates, frozenset(window.ids)))


def _objections(candidates: Iterable[AtomCandidate], news: Container[UUID]) -> Iterator[ObjectionDraft]:
    for candidate in candidates:
        stated = candidate.quotes[0] if candidate.quotes else None
        if stated is None or stated.message_id in news:
            continue
        spoken = [quote for turn in candidate.objecting for quote in whole(turn) if quote.message_id in news]
        if spoken:
            yield ObjectionDraft(stated, spoken, candidate.confidence)
