"""What the scan says of each proposal, from what the search found. Pure."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from assay.duplicates import scorer
from assay.duplicates.candidates import Candidate
from assay.duplicates.scale import Scale
from assay.duplicates.scorer import Likeness, Match
from assay.duplicates.statement import Statement

KEPT: Final = 5
"""Candidates that a reviewer is shown."""


@dataclass(frozen=True, slots=True)
class Near:
    """A candidate of a proposal, its score, and the match that it is."""

    candidate: Candidate
    statement: Statement
    score: float
    match: Match | None
    dismissed: bool
    """A person said that it is not the same."""

    @property
    def rank(self) -> tuple[bool, float, bool]:
        return self.candidate.identical, self.score, self.candidate.is_entity

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.candidate.id,
            "title": self.statement.title,
            "is_entity": self.candidate.is_entity,
            "score": self.match.score if self.match else self.score,
            "cosine": self.candidate.cosine,
            "trigram": self.candidate.trigram,
            "type": self.match and self.match.type,
            "dismissed": self.dismissed,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scan says of one proposal."""

    proposal: Statement
    match: Match | None
    nearest: Sequence[dict[str, Any]]
    """At most KEPT, the best first."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a scan knows of its batch when it judges."""

    proposals: Mapping[UUID, Statement]
    found: Sequence[Candidate]
    """Those of one proposal together."""
    words: Mapping[UUID, Statement]
    """Of the candidates."""
    dismissed: Container[tuple[UUID, UUID]]
    """Proposal and candidate of which a person said that they are not the same."""


def verdicts(search: Search, scale: Scale, threshold: float) -> list[Verdict]:
    """One for each proposal."""
    near = {proposal_id: list(group) for proposal_id, group in _judged(search, scale, threshold)}
    return [_verdict(statement, near.get(each, [])) for each, statement in search.proposals.items()]


def _verdict(proposal: Statement, near: Sequence[Near]) -> Verdict:
    match = scorer.best(each.match for each in near if not each.dismissed)
    kept = sorted(near, key=lambda each: each.rank, reverse=True)[:KEPT]
    return Verdict(proposal, match, sorted((each.shown() for each in kept), key=lambda each: -each["score"]))


def _judged(search: Search, scale: Scale, threshold: float) -> Iterator[tuple[UUID, Iterator[Near]]]:
    found = search.found
    pairs = [(search.proposals[each.proposal_id], search.words[each.id]) for each in found]
    cosines, trigrams = [each.cosine for each in found], [each.trigram for each in found]
    scores = scorer.scores(scale, pairs, cosines, trigrams, threshold).tolist()

    def near(place: int) -> Near:
        each, (proposal, candidate), score = found[place], pairs[place], scores[place]
        match = scorer.judge(proposal, candidate, Likeness(score, each.trigram, threshold))
        return Near(each, candidate, score, match, (proposal.id, candidate.id) in search.dismissed)

    for proposal_id, places in groupby(range(len(found)), key=lambda place: found[place].proposal_id):
        yield proposal_id, map(near, places)
