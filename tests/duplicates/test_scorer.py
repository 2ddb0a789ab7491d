"""The common scale and the verdict on one pair."""

from uuid import uuid4

import pytest
from tests.builders import BOTH_KINDS

from assay.db.models import SimilarityType
from assay.duplicates import scorer
from assay.duplicates.scorer import Likeness, Statement, judge
from assay.kinds import Kind, identity_key


def statement(title: str, body: str = "", kind: Kind = Kind.ATOM, is_entity: bool = True) -> Statement:
    return Statement(uuid4(), kind, title, body, identity_key(kind, title, body), is_entity)


def likeness(score: float, trigram: float = 0.3, threshold: float = 0.85) -> Likeness:
    return Likeness(score, trigram, threshold)


@pytest.mark.parametrize("model", scorer.OPERATING_COSINE)
def test_the_operating_point_of_every_model_is_085(model):
    point = scorer.OPERATING_COSINE[model]
    assert scorer.mapped(model, [-1, point, 1]).tolist() == pytest.approx([0, 0.85, 1])
    grid = scorer.mapped(model, [each / 100 for each in range(-110, 111)])
    assert (grid[1:] >= grid[:-1]).all()
    assert 0 <= grid.min() <= grid.max() <= 1


def test_a_model_that_nobody_calibrated_keeps_its_cosines():
    assert scorer.mapped("unheard-of", [-0.5, 0.3, 0.85, 1.1]).tolist() == [0, 0.3, 0.85, 1]


def test_a_title_that_is_the_same_but_for_spelling_raises_what_is_near_and_nothing_else():
    model = "unheard-of"
    near, like, far, unknown = scorer.scores(model, [0.8, 0.8, 0.3, None], [0.7, 1.0, 1.0, 1.0])
    assert near == pytest.approx(0.8)
    assert like == pytest.approx(0.86)
    assert far < 0.85
    assert unknown < 0.85


@pytest.mark.parametrize("kind", BOTH_KINDS)
def test_word_for_word_is_exact_whatever_the_score(kind):
    match = judge(statement("Offline  SYNC", "It queues.", kind), statement("offline sync", "it queues.", kind),
                  likeness(0.1))  # fmt: skip
    assert match
    assert (match.type, match.score) == (SimilarityType.EXACT, 1.0)


def test_punctuation_alone_makes_no_other_statement():
    match = judge(statement("Use Kafka!", "We decided: Kafka"), statement("Use Kafka", "we decided - Kafka."),
                  likeness(0.2))  # fmt: skip
    assert match
    assert (match.type, match.score) == (SimilarityType.FUZZY, scorer.SAME_BUT_PUNCTUATION)


def test_a_point_that_moves_a_number_is_more_than_punctuation():
    match = judge(statement("Timeout", "The timeout is 1.5 s."), statement("Timeout", "The timeout is 15 s."),
                  likeness(0.95, 1.0))  # fmt: skip
    assert match
    assert match.type is SimilarityType.UPDATE
    assert "15 s -> 1.5 s" in match.explanation


@pytest.mark.parametrize(("trigram", "type_"), [(0.5, SimilarityType.SEMANTIC), (0.9, SimilarityType.FUZZY)])
def test_letters_or_meaning(trigram, type_):
    match = judge(statement("Postgres it is"), statement("We go with Postgres"), likeness(0.9, trigram))
    assert match
    assert match.type is type_


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.85, 0.9])
def test_the_threshold_decides(threshold):
    one, other = statement("Postgres it is"), statement("We go with Postgres")
    assert judge(one, other, likeness(threshold, threshold=threshold))
    assert judge(one, other, likeness(threshold - 0.01, threshold=threshold)) is None


def test_exact_wins_then_the_score_then_what_is_approved():
    said = statement("We go with Postgres")
    pending, entity, nearer = (
        judge(said, statement(title, is_entity=known), likeness(score))
        for title, known, score in (("Postgres it is", False, 0.9), ("Postgres then", True, 0.9), ("Pg", False, 0.95))
    )
    exact = judge(said, statement("we go with postgres", is_entity=False), likeness(0.9))
    assert scorer.best([pending, entity]) is entity
    assert scorer.best([pending, entity, nearer]) is nearer
    assert scorer.best([exact, None, nearer]) is exact
    assert scorer.best([None]) is None


def test_a_state_is_worth_something_under_its_model_and_scorer_only():
    assert scorer.version("some-model") == "some-model/scorer-1"
