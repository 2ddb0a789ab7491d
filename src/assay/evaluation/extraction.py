"""Reading a labelled set with an extractor, by the same code as the job, and counting what was right."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from assay.ai.embedder import Embedder
from assay.ai.extractor import RANKED, SOURCE, Extraction, Extractor, Window
from assay.errors import AssayError, Unavailable
from assay.evaluation.labels import Labelled
from assay.evaluation.matching import Likeness, Matching, likeness
from assay.extraction.drafts import drafted
from assay.extraction.windows import planned
from assay.kinds import Kind
from assay.proposals.drafts import Draft

SEED: Final = 20
DRAWS: Final = 2_000


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
    halves: int = 0
    """Found items that leave out a number of the labelled one: wrong."""
    repeated: int = 0
    """Found items that say what another says better: wrong."""
    forbidden: int = 0
    """Found items that say what is false or not settled in the conversation."""
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
            "halves": self.halves,
            "repeated": self.repeated,
            "forbidden": self.forbidden,
            "cost": round(self.cost, 6),
        }


@dataclass(frozen=True, slots=True)
class Read:
    """One conversation, what was found in it, and how that compares."""

    conversation: Labelled
    found: Sequence[Draft]
    likeness: Likeness
    used: ExtractionCounts
    """What it cost, and what of it was unreadable."""

    def counts(self, *, strictly: bool = False) -> ExtractionCounts:
        """`strictly`: of what may be approved alone, without what is proposed for people."""
        chosen = [at for at, draft in enumerate(self.found) if not (strictly and is_for_people(draft))]
        matching = self.likeness.matching(chosen)
        return self.used + _counted([self.found[at] for at in chosen], self.found, self.conversation, matching)


async def evaluate(extractor: Extractor, conversations: Sequence[Labelled], embedder: Embedder) -> list[Read]:
    """Reads each conversation on its own, as many at a time as keep the extractor busy."""
    free = asyncio.Semaphore(extractor.limits.concurrency)

    async def one(conversation: Labelled) -> Read:
        async with free:
            return await _read(extractor, conversation, embedder)

    return list(await asyncio.gather(*map(one, conversations)))


def total(reads: Iterable[Read], *, strictly: bool = False) -> ExtractionCounts:
    return sum((each.counts(strictly=strictly) for each in reads), ExtractionCounts())


def intervals(reads: Sequence[Read], *, strictly: bool = False) -> dict[str, tuple[float, float]]:
    """Where precision, recall and junk lie with 95 % confidence: conversations are drawn anew, with a fixed seed."""
    counts = [each.counts(strictly=strictly) for each in reads]
    table = np.array([[each.right, each.found, each.labelled, each.junk] for each in counts], dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(len(table), size=(DRAWS, len(table)))
    right, found, labelled, junk = np.moveaxis(table[drawn].sum(axis=1), 1, 0)
    shares = {"precision": (right, found), "recall": (right, labelled), "junk_rate": (junk, found)}
    return {name: _interval(part / np.maximum(whole, 1)) for name, (part, whole) in shares.items()}


def _interval(shares: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(shares, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)


def is_for_people(draft: Draft) -> bool:
    """Whether it was found by ranking, so that no machine may approve it."""
    return draft.meta.get(SOURCE) == RANKED


async def _read(extractor: Extractor, conversation: Labelled, embedder: Embedder) -> Read:
    """Atoms are what is compared: a labelled set names no topics."""
    found: list[Draft] = []
    used = ExtractionCounts(conversations=1)
    for window in planned(conversation.said(), [], extractor.limits, failures=0).windows:
        extraction, usage = await _extracted(extractor, window)
        drafts, _ = drafted(extraction, window, [])
        found += [draft for draft in drafts if draft.kind is Kind.ATOM]
        used += usage
    return Read(conversation, found, await likeness(found, conversation, embedder), used)


async def _extracted(extractor: Extractor, window: Window) -> tuple[Extraction, ExtractionCounts]:
    """An answer that makes no sense is one that found nothing. Raises Unavailable."""
    try:
        extraction = await extractor.extract(window)
    except Unavailable:
        raise
    except AssayError:
        return Extraction(), ExtractionCounts(unreadable=1, tokens=window.meter.tokens, cost=window.meter.cost)
    return extraction, ExtractionCounts(tokens=extraction.tokens_used, cost=extraction.cost)


def _counted(
    chosen: Sequence[Draft], found: Sequence[Draft], conversation: Labelled, matching: Matching
) -> ExtractionCounts:
    """`matching`: by the positions of what was `found`, of which only what was `chosen` counts."""
    quotes = [quote for draft in chosen for quote in draft.evidence]
    labelled = conversation.knowledge
    return ExtractionCounts(
        labelled=len(labelled),
        found=len(chosen),
        right=len(matching.pairs),
        right_type=sum(found[f].atom_type == labelled[i].type for f, i in matching.pairs.items()),
        junk=len(matching.junk),
        halves=len(matching.halves),
        repeated=len(matching.repeated),
        forbidden=len(matching.forbidden),
        quotes=len(quotes),
        verified=sum(quote.verified for quote in quotes),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
