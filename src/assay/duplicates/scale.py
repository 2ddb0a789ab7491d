"""One scale of similarity for every embedding model. Pure, but for reading the policy in force."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assay.kinds import Kind
from assay.policies import queries as policies

if TYPE_CHECKING:  # slow to import, and most commands only want the version
    import numpy as np
    from numpy.typing import NDArray

log = structlog.get_logger(__name__)

SCORER: Final = "scorer-5"
"""Changes whenever a score could: what an older scorer cleared is looked at anew."""
OPERATING_SCORE: Final = 0.85
EVERY_PART: Final = "all"
LONG: Final = "long"
MAX_SHORT: Final = 200
"""Characters of a statement. A longer text, as a bug report, is mostly form, and has a point of its own."""
PARTS: Final = (*Kind, LONG)
OPERATING_COSINE: Final[dict[str, dict[str, float]]] = {
    "bge-small-en-v1.5-int8": {EVERY_PART: 0.815, LONG: 0.805},
    "hash-bag-384": {EVERY_PART: 0.90},
}
"""The cosine that means 0.85, by model and part. For bge the best on the development pairs."""
STEEPEST: Final = 0.99
"""A point nearer to 1 or -1 would leave no room above or below it."""

Scores: TypeAlias = "NDArray[np.float64]"


def rounded(score: float) -> str:
    """Downwards, so that what stays below the threshold never looks as if it reached it."""
    return f"{int(score * 100 + 1e-6) / 100:.2f}"


@dataclass(frozen=True, slots=True)
class Scale:
    """What a cosine of a model means: straight lines through (-1, 0), the operating point and (1, 1)."""

    model: str
    points: Mapping[str, float] = field(default_factory=dict)
    """The cosine that means 0.85, by part. A part without one keeps its cosines: nobody calibrated the model."""

    @classmethod
    def of(cls, model: str, set_by_policy: Mapping[str, float] | None = None) -> "Scale":
        """The points that the policy sets go before those that came with the program."""
        said = set_by_policy or {}
        points = said if EVERY_PART in said else {**OPERATING_COSINE.get(model, {}), **said}
        found = {part: points.get(part, points.get(EVERY_PART)) for part in PARTS}
        return cls(model, {str(part): point for part, point in found.items() if point is not None})

    @property
    def is_calibrated(self) -> bool:
        return bool(self.points)

    @property
    def version(self) -> str:
        """The name under which a state is stamped: under another model, scorer or point it is not worth anything."""
        name = f"{self.model}/{SCORER}"
        if self.points == Scale.of(self.model).points:
            return name
        said = ",".join(f"{part}={point!r}" for part, point in sorted(self.points.items()))
        return f"{name}/{hashlib.sha256(said.encode()).hexdigest()[:8]}"

    def mapped(self, parts: Sequence[str], cosines: "Sequence[float] | Scores") -> Scores:
        """Cosines on the common scale, each by the point of its part."""
        import numpy as np

        values = np.clip(np.asarray(cosines, dtype=np.float64), -1.0, 1.0)
        points = np.array([self.points.get(part, np.nan) for part in parts]).clip(-STEEPEST, STEEPEST)
        below = OPERATING_SCORE * (values + 1) / (points + 1)
        above = OPERATING_SCORE + (1 - OPERATING_SCORE) * (values - points) / (1 - points)
        known = np.where(values < points, below, above)
        return np.where(np.isnan(points), np.clip(values, 0.0, 1.0), known)

    def cosine_of(self, part: str, score: float) -> float:
        """The cosine that means a score: what `mapped` does, the other way round."""
        import numpy as np

        if part not in self.points:
            return score
        point = min(max(self.points[part], -STEEPEST), STEEPEST)
        return float(np.interp(score, [0.0, OPERATING_SCORE, 1.0], [-1.0, point, 1.0]))


def part_of(kind: Kind, *texts: str) -> str:
    """What a pair is measured by: long texts by a point of their own, statements by that of their kind."""
    return LONG if max(map(len, texts)) > MAX_SHORT else kind


def version(model: str) -> str:
    """The version of a model's scale where the policy says nothing about it."""
    return Scale.of(model).version


async def in_force(session: AsyncSession, model: str) -> Scale:
    """The scale at this moment. Warns of a model that nobody calibrated."""
    points = (await policies.current(session)).document.operating_points.get(model, {})
    scale = Scale.of(model, {str(part): point for part, point in points.items()})
    if not scale.is_calibrated:
        log.warning("The embedding model is not calibrated: its raw cosine is taken as the score", model=model)
    return scale
