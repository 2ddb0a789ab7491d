"""What the scan says of each proposal, from what the search found. Pure."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from assay.db.models import SimilarityType
from assay.duplicates import scorer
from assay.duplicates.candidates import Candidate
from assay.duplicates.claim import Claim
from assay.duplicates.scale import Scale
from assay.duplicates.scorer import Match, Pair, Similarity

KEPT: Final = 5
"""Candidates that a reviewer is shown."""


@dataclass(frozen=True)
class Near:
    """A candidate of a proposal, and how near it is."""

    proposal: Claim
    candidate: Candidate
    similarity: Similarity
    closeness: float | None
    """The score where the two count as alike."""

    @property
    def pair(self) -> Pair:
        return self.proposal, self.candidate.claim

    @property
    def score(self) -> float:
        return self.similarity.score if self.closeness is None else self.closeness

    @property
    def rank(self) -> tuple[bool, float, bool]:
        """Exact matches first, then by score, then what is approved before what waits."""
        return self.candidate.identical, self.score, self.candidate.claim.is_entity

    @cached_property
    def type(self) -> SimilarityType | None:
        """In which way they are alike. Of long texts that takes milliseconds, so only what is shown is asked."""
        return scorer.similarity_type(*self.pair, self.similarity)

    @property
    def match(self) -> Match | None:
        """The same in words for a person."""
        return scorer.judge(*self.pair, self.similarity)

    def shown(self, *, dismissed: bool) -> dict[str, Any]:
        candidate = self.candidate
        return {
            "id": candidate.id,
            "title": candidate.claim.title,
            "is_entity": candidate.claim.is_entity,
            "score": self.score,
            "cosine": candidate.cosine,
            "trigram": candidate.trigram,
            "type": self.type,
            "dismissed": dismissed,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """What the scan says of one proposal."""

    proposal: Claim
    match: Match | None
    nearest: Sequence[dict[str, Any]]
    """At most KEPT, the best first."""


def score_candidates(
    proposals: Mapping[UUID, Claim], found: Sequence[Candidate], scale: Scale, threshold: float
) -> list[Near]:
    """Each candidate by itself."""
    pairs = [(proposals[each.proposal_id], each.claim) for each in found]
    cosines, trigrams = [each.cosine for each in found], [each.trigram for each in found]
    scores = scorer.scores(scale, pairs, cosines, trigrams, threshold).tolist()
    similarities = [Similarity(score, trigram, threshold) for score, trigram in zip(scores, trigrams, strict=True)]
    return [
        Near(pair[0], each, similarity, scorer.closeness(*pair, similarity))
        for each, pair, similarity in zip(found, pairs, similarities, strict=True)
    ]


def findings(
    proposals: Mapping[UUID, Claim], near: Iterable[Near], dismissed: Container[tuple[UUID, UUID]]
) -> list[Finding]:
    """One for each proposal. `dismissed`: proposal and candidate of which a person said that they are not the same."""
    of: defaultdict[UUID, list[Near]] = defaultdict(list)
    for each in near:
        of[each.proposal.id].append(each)
    return [_verdict(proposal, of[proposal.id], dismissed) for proposal in proposals.values()]


def _verdict(proposal: Claim, near: Sequence[Near], dismissed: Container[tuple[UUID, UUID]]) -> Finding:
    told_apart = {each.candidate.id for each in near if (proposal.id, each.candidate.id) in dismissed}
    ranked = sorted(near, key=lambda each: each.rank, reverse=True)
    alike = (each for each in ranked if each.closeness is not None and each.candidate.id not in told_apart)
    match = next((each.match for each in alike if each.type), None)
    shown = [each.shown(dismissed=each.candidate.id in told_apart) for each in ranked[:KEPT]]
    return Finding(proposal, match, sorted(shown, key=lambda each: -each["score"]))
