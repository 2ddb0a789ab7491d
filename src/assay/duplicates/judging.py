"""What the scan says of each proposal, from what the search found. Pure."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from assay.duplicates import scorer
from assay.duplicates.candidates import Candidate
from assay.duplicates.scale import Scale
from assay.duplicates.scorer import Likeness, Match, Pair
from assay.duplicates.statement import Statement

KEPT: Final = 5
"""Candidates that a reviewer is shown."""


@dataclass(frozen=True)
class Near:
    """A candidate of a proposal, and how near it is."""

    proposal: Statement
    candidate: Candidate
    likeness: Likeness
    closeness: float | None
    """The score where the two count as alike."""

    @property
    def pair(self) -> Pair:
        return self.proposal, self.candidate.statement

    @property
    def score(self) -> float:
        return self.likeness.score if self.closeness is None else self.closeness

    @property
    def rank(self) -> tuple[bool, float, bool]:
        """Exact matches first, then by score, then what is approved before what waits."""
        return self.candidate.identical, self.score, self.candidate.statement.is_entity

    @cached_property
    def match(self) -> Match | None:
        """In which way they are alike. Of long texts that takes milliseconds, so only what is shown is asked."""
        return scorer.judge(*self.pair, self.likeness)

    def shown(self, *, dismissed: bool) -> dict[str, Any]:
        candidate = self.candidate
        return {
            "id": candidate.id,
            "title": candidate.statement.title,
            "is_entity": candidate.statement.is_entity,
            "score": self.score,
            "cosine": candidate.cosine,
            "trigram": candidate.trigram,
            "type": self.match and self.match.type,
            "dismissed": dismissed,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scan says of one proposal."""

    proposal: Statement
    match: Match | None
    nearest: Sequence[dict[str, Any]]
    """At most KEPT, the best first."""


def judged(
    proposals: Mapping[UUID, Statement], found: Sequence[Candidate], scale: Scale, threshold: float
) -> list[Near]:
    """Each candidate by itself."""
    pairs = [(proposals[each.proposal_id], each.statement) for each in found]
    cosines, trigrams = [each.cosine for each in found], [each.trigram for each in found]
    scores = scorer.scores(scale, pairs, cosines, trigrams, threshold).tolist()
    likenesses = [Likeness(score, trigram, threshold) for score, trigram in zip(scores, trigrams, strict=True)]
    return [
        Near(pair[0], each, likeness, scorer.closeness(*pair, likeness))
        for each, pair, likeness in zip(found, pairs, likenesses, strict=True)
    ]


def verdicts(
    proposals: Mapping[UUID, Statement], near: Iterable[Near], dismissed: Container[tuple[UUID, UUID]]
) -> list[Verdict]:
    """One for each proposal. `dismissed`: proposal and candidate of which a person said that they are not the same."""
    of: defaultdict[UUID, list[Near]] = defaultdict(list)
    for each in near:
        of[each.proposal.id].append(each)
    return [_verdict(proposal, of[proposal.id], dismissed) for proposal in proposals.values()]


def _verdict(proposal: Statement, near: Sequence[Near], dismissed: Container[tuple[UUID, UUID]]) -> Verdict:
    told_apart = {each.candidate.id for each in near if (proposal.id, each.candidate.id) in dismissed}
    ranked = sorted(near, key=lambda each: each.rank, reverse=True)
    alike = (each for each in ranked if each.closeness is not None and each.candidate.id not in told_apart)
    match = next((each.match for each in alike), None)
    shown = [each.shown(dismissed=each.candidate.id in told_apart) for each in ranked[:KEPT]]
    return Verdict(proposal, match, sorted(shown, key=lambda each: -each["score"]))
