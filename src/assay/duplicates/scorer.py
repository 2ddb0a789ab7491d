"""How alike two statements are, on one scale for every embedding model, and in words for a person. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray

from assay.db.models import SimilarityType
from assay.duplicates.changes import Change, changed_facts
from assay.kinds import Kind, embedded_text, folded

log = structlog.get_logger(__name__)

SCORER: Final = "scorer-1"
"""Changes whenever a score could: what an older scorer cleared is looked at anew."""

OPERATING_SCORE: Final = 0.85
OPERATING_COSINE: Final = {"bge-small-en-v1.5-int8": 0.81, "hash-bag-384": 0.90}
"""The cosine that means 0.85, by model. For bge the best on the development pairs, authored and GitBugs together."""

LIKE_TITLES: Final = 0.8
"""Trigram similarity from which a title is the same but for spelling."""
TITLE_WEIGHT: Final = 0.3
"""What such a title adds where the meanings are near already."""
SAME_BUT_PUNCTUATION: Final = 0.97
MOST_SHARED_WORDS: Final = 6

_FILLERS: Final = (
    "about after all and any are because been before being but can could did does each every for from had has have "
    "how into its just may more must not now off one only other our out over per should some such than that the their "
    "them then there these they this those too use used uses using very was were what when where which while who will "
    "with would you your"
)
_STOP_WORDS: Final = frozenset(_FILLERS.split())

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statement:
    """What is compared: a proposal or an entity in its own words."""

    id: UUID
    kind: Kind
    title: str
    body: str
    identity_key: str
    is_entity: bool = False

    @property
    def text(self) -> str:
        return embedded_text(self.title, self.body)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was measured between a proposal and a candidate."""

    score: float
    trigram: float
    """Similarity of the titles, letter by letter."""
    threshold: float


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that the proposal repeats, or contradicts in one fact."""

    candidate: Statement
    score: float
    type: SimilarityType
    explanation: str

    @property
    def rank(self) -> tuple[bool, float, bool]:
        """Exact matches first, then by score, then what is approved before what waits."""
        return self.type is SimilarityType.EXACT, self.score, self.candidate.is_entity


def version(model: str) -> str:
    """The name under which a state is stamped: under another model or scorer it is not worth anything."""
    return f"{model}/{SCORER}"


def warn_if_uncalibrated(model: str) -> None:
    if model not in OPERATING_COSINE:
        log.warning("The embedding model is not calibrated: its raw cosine is taken as the score", model=model)


def mapped(model: str, cosines: Sequence[float] | Scores) -> Scores:
    """Cosines on the common scale: straight lines through (-1, 0), the operating point and (1, 1).

    A model that nobody calibrated keeps its cosines.
    """
    point = OPERATING_COSINE.get(model)
    known = ([0.0, 1.0], [0.0, 1.0]) if point is None else ([-1.0, point, 1.0], [0.0, OPERATING_SCORE, 1.0])
    return np.interp(np.asarray(cosines, dtype=np.float64), *known)


def scores(model: str, cosines: Sequence[float | None], trigrams: Sequence[float]) -> Scores:
    """The similarity of each pair; a title that is the same but for spelling raises it."""
    near = mapped(model, [-1.0 if cosine is None else cosine for cosine in cosines])
    titles = np.asarray(trigrams, dtype=np.float64)
    lifted = np.maximum(near, (1 - TITLE_WEIGHT) * near + TITLE_WEIGHT * titles)
    return np.where(titles >= LIKE_TITLES, lifted, near)


def judge(proposal: Statement, candidate: Statement, likeness: Likeness) -> Match | None:
    """Whether the proposal says the same as the candidate, and in which way. None: it does not.

    1. exact: word for word, for a topic its name;
    2. none, where the score stays below the threshold and more than punctuation differs;
    3. update: alike, and a number, version, date, identifier, name or negation differs;
    4. fuzzy: alike in letters, but for spelling or punctuation;
    5. semantic: alike in meaning.
    """
    if proposal.identity_key == candidate.identity_key:
        return Match(candidate, 1.0, SimilarityType.EXACT, _says_exactly(candidate))
    same_letters = _letters(proposal.text) == _letters(candidate.text) != ""
    score = max(likeness.score, SAME_BUT_PUNCTUATION) if same_letters else likeness.score
    if score < likeness.threshold:
        return None
    if changes := changed_facts(candidate.text, proposal.text):
        return Match(candidate, score, SimilarityType.UPDATE, _says_something_else(candidate, score, changes))
    spelling = same_letters or likeness.trigram >= LIKE_TITLES
    kind = SimilarityType.FUZZY if spelling else SimilarityType.SEMANTIC
    return Match(candidate, score, kind, _says_the_same(proposal, candidate, score, spelling))


def best(matches: Iterable[Match | None]) -> Match | None:
    return max((match for match in matches if match), key=lambda match: match.rank, default=None)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", " ", folded(text)).strip()


def _named(candidate: Statement) -> str:
    return f"{'' if candidate.is_entity else 'pending '}{candidate.kind} '{candidate.title}'"


def _says_exactly(candidate: Statement) -> str:
    return f"Says exactly the same as {_named(candidate)}."


def _says_something_else(candidate: Statement, score: float, changes: Sequence[Change]) -> str:
    facts = ", ".join(str(change) for change in changes)
    return f"Says something else about the same thing: {facts} (similarity {score:.2f} with {_named(candidate)})."


def _says_the_same(proposal: Statement, candidate: Statement, score: float, spelling: bool) -> str:
    new, known = _words(proposal.text), _words(candidate.text)
    how = "Reads almost the same as" if spelling else "Means the same as"
    parts = [f"{how} {_named(candidate)} (similarity {score:.2f})."]
    for label, words in (
        ("Both say", [word for word in new if word in known]),
        ("Only this one says", [word for word in new if word not in known]),
        ("Only the other says", [word for word in known if word not in new]),
    ):
        if words:
            parts.append(f"{label}: {', '.join(words[:MOST_SHARED_WORDS])}.")
    return " ".join(parts)


def _words(text: str) -> dict[str, None]:
    """The words that carry meaning, in their order."""
    found = re.findall(r"\w[\w'’.-]*\w", text.casefold())
    return dict.fromkeys(word for word in found if len(word) > 2 and word not in _STOP_WORDS)
