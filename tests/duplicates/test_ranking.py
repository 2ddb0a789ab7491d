"""What a scan says of a proposal, from what the search found."""

from unittest.mock import Mock

import pytest
from tests.builders import BOTH_KINDS
from tests.duplicates.test_scorer import claim

from assay.duplicates import scorer
from assay.duplicates.candidates import Candidate
from assay.duplicates.ranking import KEPT, findings, score_candidates
from assay.duplicates.scale import Scale
from assay.kinds import Kind

SCALE = Scale.of("test", {"all": 0.85})
TITLE = "We go with Postgres"


class Scene:
    """A proposal and what was found near it."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.said = claim(TITLE, kind=kind)

    def candidate(self, cosine: float, title: str = "Postgres it is", *, is_entity: bool = True) -> Candidate:
        found = claim(title, kind=self.kind, is_entity=is_entity)
        return Candidate(self.said.id, found, found.identity_key == self.said.identity_key, cosine, 0.0)

    def verdict(self, *found: Candidate, told_apart: Candidate | None = None):
        proposals = {self.said.id: self.said}
        dismissed = {(self.said.id, told_apart.id)} if told_apart else set()
        [only] = findings(proposals, score_candidates(proposals, found, SCALE, 0.85), dismissed)
        return only


@pytest.fixture(params=BOTH_KINDS)
def scene(request):
    return Scene(request.param)


def test_exact_wins_then_the_score_then_what_is_approved(scene):
    pending, entity = scene.candidate(0.95, is_entity=False), scene.candidate(0.95)
    nearer, exact = scene.candidate(0.98, is_entity=False), scene.candidate(0.9, TITLE.lower())
    assert scene.verdict(pending, entity).match.candidate is entity.claim
    assert scene.verdict(pending, entity, nearer).match.candidate is nearer.claim
    assert scene.verdict(pending, nearer, exact, entity).match.candidate is exact.claim
    assert scene.verdict(scene.candidate(0.1, "The weather")).match is None
    assert scene.verdict().match is None


def test_what_a_person_told_apart_is_shown_and_is_no_match(scene):
    near, nearer = scene.candidate(0.95), scene.candidate(0.98)
    said = scene.verdict(near, nearer, told_apart=nearer)
    assert said.match.candidate is near.claim
    assert [(each["id"], each["dismissed"]) for each in said.nearest] == [(nearer.id, True), (near.id, False)]


def test_only_what_is_shown_is_looked_at_closely(scene, monkeypatch):
    asked, judge = Mock(wraps=scorer.similarity_type), Mock(wraps=scorer.judge)
    monkeypatch.setattr(scorer, "similarity_type", asked)
    monkeypatch.setattr(scorer, "judge", judge)
    said = scene.verdict(*(scene.candidate(0.95) for _ in range(20)))
    assert (len(said.nearest), judge.call_count) == (KEPT, 1)
    assert asked.call_count == KEPT + 1, "and once by the judge"
    assert said.match is not None
