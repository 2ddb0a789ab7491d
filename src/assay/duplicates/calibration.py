"""Finding the operating point of an embedding model: the cosine that means 0.85."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import groupby
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.embedder import Embedder
from assay.audit.actor import SYSTEM, Actor
from assay.db.engine import Database
from assay.db.models import SimilarityType
from assay.duplicates.claim import Claim
from assay.duplicates.labels import LabelledPair, read_pairs
from assay.duplicates.measure import Measured, Quality, cosines, judged, quality, quality_by, trigram_similarity
from assay.duplicates.scale import EVERY_PART, OPERATING_SCORE, PARTS, Scale, in_force, part_of
from assay.duplicates.scorer import Similarity, judge, scores
from assay.duplicates.sql import words as sql
from assay.kinds import Kind, folded
from assay.policies import actions as policies
from assay.policies.queries import InForce

log = structlog.get_logger(__name__)

SHIPPED: Final = ("authored", "gitbugs", "statements")
TEAM: Final = "team"
"""The source of the pairs that people of this team judged."""
POINTS: Final = tuple(round(point, 3) for point in np.arange(0.2, 0.99, 0.005).tolist())
Flags = NDArray[np.bool_]
FALSE_ALARM: Final = 2
"""As many misses: what is missed is proposed once more, what is taken for a duplicate is set aside."""
MIN_PAIRS, MIN_DUPLICATES = 100, 20
"""A part gets a point of its own only with so many pairs of it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The points in force and the best ones, each with what it comes to on the same pairs."""

    model: str
    before: Scale
    points: Mapping[str, float]
    """By part, or for all. To be written into the policy as they are."""
    pairs_before: Sequence[Measured]
    pairs_after: Sequence[Measured]

    @property
    def after(self) -> Scale:
        return Scale.of(self.model, self.points)

    @property
    def of_team(self) -> int:
        """How many of the pairs people of this team judged."""
        return sum(each.pair.source == TEAM for each in self.pairs_before)

    def parts(self) -> dict[str, tuple[Quality, Quality]]:
        """The quality before and after: of all pairs, by part, and of the team's own."""
        before, after = (_parts(side) for side in (self.pairs_before, self.pairs_after))
        return {name: (before[name], after[name]) for name in before}

    def document(self) -> dict[str, Any]:
        parts = {
            name: {"before": before.document(), "after": after.document()}
            for name, (before, after) in self.parts().items()
        }
        return {
            "model": self.model,
            "points_before": dict(self.before.points),
            "points_after": dict(self.points),
            "parts": parts,
        }


def _parts(found: Sequence[Measured]) -> dict[str, Quality]:
    by_part = quality_by(found, lambda each: _part(each.pair))
    team = {TEAM: quality(own)} if (own := [each for each in found if each.pair.source == TEAM]) else {}
    return {"all": quality(found), **by_part, **team}


def shipped() -> list[LabelledPair]:
    """The pairs that came with the program."""
    with as_file(files("assay.duplicates") / "labelled_pairs") as folder:
        return [pair for name in SHIPPED for pair in read_pairs(folder / f"{name}.jsonl")]


async def verdicts_of_team(session: AsyncSession) -> list[LabelledPair]:
    """What people said: pairs told apart, and what they merged, in the words it had when it was proposed."""
    rows = await session.execute(sql.OF_TEAM)
    return [
        LabelledPair((row.title1, row.text1), (row.title2, row.text2), row.same, Kind(row.kind), TEAM, TEAM)
        for row in rows
    ]


async def calibrate(database: Database, embedder: Embedder, *, threshold: float = OPERATING_SCORE) -> Calibration:
    """Measures the model on the shipped pairs and on the team's verdicts. Writes nothing.

    `threshold`: that of the settings, for the figures; the points are those at which a score of 0.85 is best.
    The model works while no transaction is open. Raises Unavailable when it does not answer.
    """
    async with database.transaction() as session:
        before, team = await in_force(session, embedder.model), await verdicts_of_team(session)
    pairs = [*shipped(), *team]
    near = await cosines(pairs, embedder)
    points = best_points(pairs, near, before)
    after = Scale.of(embedder.model, points)
    return Calibration(
        embedder.model, before, points, *(judged(pairs, near, scale, threshold) for scale in (before, after))
    )


async def store(session: AsyncSession, found: Calibration, *, actor: Actor, note: str) -> InForce:
    """Writes the points into the policy, as a new version of it. What an older scale cleared is then scanned anew.

    Returns the policy in force, which is the one there was where it has the same points.
    """
    unsaid = dict.fromkeys({EVERY_PART, *PARTS} - set(found.points))
    changes = {"operating_points": {found.model: {**unsaid, **found.points}}}
    return await policies.amend(session, changes, actor=actor, note=note)


async def ensure_calibrated(database: Database, embedder: Embedder) -> None:
    """Before the first scan with a model that nobody calibrated: finds its point and writes it into the policy."""
    async with database.transaction() as session:
        if (await in_force(session, embedder.model)).is_calibrated:
            return
    found = await calibrate(database, embedder)
    reached = quality(found.pairs_after)
    log.warning("The embedding model was calibrated", model=found.model, points=found.points, accuracy=reached.accuracy)
    note = f"Calibrated before the first scan: accuracy {reached.accuracy:.3f} on {reached.pairs} pairs"
    async with database.transaction() as session:
        await store(session, found, actor=SYSTEM, note=note)


def best_points(pairs: Sequence[LabelledPair], near: Sequence[float], before: Scale) -> dict[str, float]:
    """The point at which wrong verdicts cost least: of all pairs, and of a part that has enough of them and a better
    one. A point in force stays where no other is better. Pure."""
    trial = _Trial.of(pairs, near)
    tried = sorted({*POINTS, *before.points.values()})
    costs = {point: trial.costs(Scale.of(before.model, {EVERY_PART: point})) for point in tried}
    found = {EVERY_PART: _best({point: int(cost.sum()) for point, cost in costs.items()}, before.points.values())}
    for part in PARTS:
        mask = np.array([_part(pair) == part for pair in pairs])
        duplicates = int((mask & trial.same).sum())
        if MIN_PAIRS <= mask.sum() < len(pairs) and duplicates >= MIN_DUPLICATES:
            own = {point: int(cost[mask].sum()) for point, cost in costs.items()}
            if min(own.values()) < own[found[EVERY_PART]]:
                found[str(part)] = _best(own, before.points.values())
    return found


def _part(pair: LabelledPair) -> str:
    return part_of(pair.kind, *(claim.text for claim in pair.claims()))


def _best(costs: Mapping[float, int], in_force: Collection[float]) -> float:
    """A point in force if none costs less, else the middle of the longest run of those that cost least."""
    least = min(costs.values())
    if kept := [point for point in in_force if costs[point] == least]:
        return kept[0]
    runs = [[point for point, _ in run] for best, run in groupby(costs.items(), lambda each: each[1] == least) if best]
    longest = max(runs, key=len)
    return longest[len(longest) // 2]


@dataclass(frozen=True, slots=True)
class _Trial:
    """What of a verdict does not depend on the scale, so that many scales can be tried."""

    pairs: Sequence[tuple[Claim, Claim]]
    near: Sequence[float]
    trigrams: Sequence[float]
    same: Flags
    always: Flags
    """A duplicate however low the score: word for word, or but for punctuation."""
    never: Flags
    """No duplicate however high the score: a fact differs."""

    @classmethod
    def of(cls, labelled: Sequence[LabelledPair], near: Sequence[float]) -> "_Trial":
        pairs = [pair.claims() for pair in labelled]
        trigrams = [trigram_similarity(folded(pair.first[0]), folded(pair.second[0])) for pair in labelled]
        lowest, highest = (
            [
                judge(*both, Similarity(score, trigram, OPERATING_SCORE))
                for both, trigram in zip(pairs, trigrams, strict=True)
            ]
            for score in (0.0, 1.0)
        )
        return cls(
            pairs=pairs,
            near=near,
            trigrams=trigrams,
            same=np.array([pair.same for pair in labelled]),
            always=np.array([match is not None for match in lowest]),
            never=np.array([match is None or match.type is SimilarityType.UPDATE for match in highest]),
        )

    def costs(self, scale: Scale) -> NDArray[np.int_]:
        """What the verdict on each pair costs: nothing where it is right."""
        scored = scores(scale, self.pairs, self.near, self.trigrams, OPERATING_SCORE)
        flagged = (self.always | (scored >= OPERATING_SCORE)) & ~self.never
        return np.where(flagged == self.same, 0, np.where(flagged, FALSE_ALARM, 1))
