"""Reading a labelled set with an extractor, by the same code as the job, and counting what was right."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

from assay.ai.embedder import Embedder
from assay.ai.extractor import Extraction, Extractor, Window
from assay.errors import AssayError, Unavailable
from assay.evaluation.labels import Labelled, LabelledItem
from assay.evaluation.matching import Matching, matched
from assay.extraction.drafts import drafted
from assay.extraction.windows import planned
from assay.kinds import Kind
from assay.proposals.drafts import Draft


@dataclass(frozen=True, slots=True)
class ExtractionCounts:
    """What was counted over conversations. Shares of nothing are 0."""

    conversations: int = 0
    labelled: int = 0
    found: int = 0
    right: int = 0
    """Found items that say what a labelled one says."""
    right_type: int = 0
    junk: int = 0
    """Found items that are about nothing that anybody labelled."""
    quotes: int = 0
    verified: int = 0
    tokens: int = 0
    cost: float = 0.0
    """US dollars."""
    unreadable: int = 0
    """Answers that made no sense."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def document(self) -> dict[str, float]:
        """The figures of the contract."""
        return {
            "n": self.conversations,
            "precision": _share(self.right, self.found),
            "recall": _share(self.right, self.labelled),
            "grounding": _share(self.verified, self.quotes),
            "type_accuracy": _share(self.right_type, self.right),
            "junk_rate": _share(self.junk, self.found),
            "cost": round(self.cost, 6),
        }


@dataclass(frozen=True, slots=True)
class Read:
    """One conversation, what was found in it, and how that compares."""

    conversation: Labelled
    found: Sequence[Draft]
    matching: Matching
    counts: ExtractionCounts


async def evaluate(extractor: Extractor, conversations: Sequence[Labelled], embedder: Embedder) -> list[Read]:
    """Reads each conversation on its own, as many at a time as keep the extractor busy."""
    free = asyncio.Semaphore(extractor.limits.concurrency)

    async def one(conversation: Labelled) -> Read:
        async with free:
            return await _read(extractor, conversation, embedder)

    return list(await asyncio.gather(*map(one, conversations)))


def total(reads: Iterable[Read]) -> ExtractionCounts:
    return sum((each.counts for each in reads), ExtractionCounts())


async def _read(extractor: Extractor, conversation: Labelled, embedder: Embedder) -> Read:
    """Atoms are what is compared: a labelled set names no topics."""
    found: list[Draft] = []
    used = ExtractionCounts(conversations=1)
    for window in planned(conversation.said(), [], extractor.limits, failures=0).windows:
        extraction, usage = await _extracted(extractor, window)
        drafts, _ = drafted(extraction, window, [])
        found += [draft for draft in drafts if draft.kind is Kind.ATOM]
        used += usage
    matching = await matched(found, conversation.knowledge, embedder)
    return Read(conversation, found, matching, used + _counted(found, conversation.knowledge, matching))


async def _extracted(extractor: Extractor, window: Window) -> tuple[Extraction, ExtractionCounts]:
    """An answer that makes no sense is one that found nothing. Raises Unavailable."""
    try:
        extraction = await extractor.extract(window)
    except Unavailable:
        raise
    except AssayError:
        return Extraction(), ExtractionCounts(unreadable=1, tokens=window.meter.tokens, cost=window.meter.cost)
    return extraction, ExtractionCounts(tokens=extraction.tokens_used, cost=extraction.cost)


def _counted(found: Sequence[Draft], labelled: Sequence[LabelledItem], matching: Matching) -> ExtractionCounts:
    quotes = [quote for draft in found for quote in draft.evidence]
    return ExtractionCounts(
        labelled=len(labelled),
        found=len(found),
        right=len(matching.pairs),
        right_type=sum(found[f].atom_type == labelled[i].type for f, i in matching.pairs.items()),
        junk=len(matching.junk),
        quotes=len(quotes),
        verified=sum(quote.verified for quote in quotes),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
