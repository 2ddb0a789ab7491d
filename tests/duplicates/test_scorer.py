"""The common scale and the verdict on one pair."""

from uuid import uuid4

import pytest
from tests.builders import BOTH_KINDS

from assay.db.models import SimilarityType
from assay.duplicates import scorer
from assay.duplicates.claim import Claim
from assay.duplicates.scale import OPERATING_COSINE, SCORER, Scale
from assay.duplicates.scorer import MAX_GAIN, Similarity, gain, judge
from assay.kinds import Kind, identity_key


def claim(title: str, body: str = "", kind: Kind = Kind.ATOM, is_entity: bool = True) -> Claim:
    return Claim(uuid4(), kind, title, body, identity_key(kind, title, body), is_entity)


def similarity(score: float, trigram: float = 0.3, threshold: float = 0.85) -> Similarity:
    return Similarity(score, trigram, threshold)


GRID = [each / 100 for each in range(-110, 111)]


@pytest.mark.parametrize("kind", BOTH_KINDS)
@pytest.mark.parametrize("model", OPERATING_COSINE)
def test_the_operating_point_of_every_model_is_085(model, kind):
    scale = Scale.of(model)
    assert scale.mapped([kind] * 3, [-1, scale.points[kind], 1]).tolist() == pytest.approx([0, 0.85, 1])


@pytest.mark.parametrize("point", [-1, -0.3, 0, 0.655, 0.93, 1])
def test_every_operating_point_makes_a_rising_scale(point):
    mapped = Scale.of("some-model", {"all": point}).mapped([Kind.ATOM] * len(GRID), GRID)
    assert (mapped[1:] >= mapped[:-1]).all()
    assert 0 <= mapped.min() <= mapped.max() <= 1


@pytest.mark.parametrize("points", [{}, {"all": 0.655}, {"all": 1}, {"topic": 0.93}])
@pytest.mark.parametrize("score", [0, 0.4, 0.85, 0.92, 1])
def test_the_cosine_of_a_score_means_that_score(points, score):
    scale = Scale.of("some-model", points)
    cosines = [scale.cosine_of(kind, score) for kind in BOTH_KINDS]
    assert scale.mapped(BOTH_KINDS, cosines).tolist() == pytest.approx([score] * len(BOTH_KINDS))


def test_what_no_words_could_lift_is_out_of_reach():
    scale = Scale.of("some-model", {"all": 0.8, "topic": 0.9})
    assert scorer.min_cosine(scale, 0.85) == pytest.approx({Kind.TOPIC: 0.7, Kind.ATOM: 0.7})
    scale = Scale.of("some-model", {"all": 0.8, "long": 0.95})
    assert scorer.min_cosine(scale, 0.85) == pytest.approx({Kind.TOPIC: 0.8, Kind.ATOM: 0.8})


def test_a_model_that_nobody_calibrated_keeps_its_cosines():
    scale = Scale.of("unheard-of")
    assert not scale.is_calibrated
    assert scale.mapped([Kind.ATOM] * 4, [-0.5, 0.3, 0.85, 1.1]).tolist() == [0, 0.3, 0.85, 1]


def test_a_kind_may_have_a_point_of_its_own():
    scale = Scale.of("some-model", {"all": 0.7, "topic": 0.9})
    assert scale.mapped([Kind.TOPIC, Kind.ATOM], [0.9, 0.7]).tolist() == pytest.approx([0.85, 0.85])


def test_another_point_is_another_version():
    names = {Scale.of("m", points).version for points in ({}, {"all": 0.7}, {"all": 0.71}, {"topic": 0.7})}
    assert len(names) == 4
    model = next(iter(OPERATING_COSINE))
    assert Scale.of(model).version == Scale.of(model, OPERATING_COSINE[model]).version


def test_words_correct_long_texts_that_are_near_and_never_decide_alone():
    form = " Seen on two machines, with the settings as they come, since the last update." * 3
    said = claim("Upgrade Netty to 4.1.46", "A header that lacks a colon is read as a fold." + form)
    speaks_of_it = claim("Netty reads a header without colon as a fold", "Upgrade it to 4.1.46." + form)
    other = claim("Rotate keys", "Every ninety days the keys of all services are replaced by Vault.")
    assert MAX_GAIN >= gain(said, speaks_of_it) > 0 > gain(said, other) >= -MAX_GAIN
    scale = Scale.of("some-model", {"all": 0.8})
    near, far = scorer.scores(scale, [(said, speaks_of_it)] * 2, [0.79, 0.6], [0.3, 0.3], 0.85)
    assert near >= 0.85 > far
    short = claim(said.title), claim(speaks_of_it.title)
    assert scorer.scores(scale, [short], [0.79], [0.3], 0.85)[0] < 0.85


def test_a_title_that_is_the_same_but_for_spelling_raises_what_is_near_and_nothing_else():
    pairs = [(claim("x"), claim("y"))] * 4
    scale = Scale.of("unheard-of")
    near, like, far, unknown = scorer.scores(scale, pairs, [0.7, 0.8, 0.3, None], [0.7, 1.0, 1.0, 1.0], 0.95)
    assert near == pytest.approx(0.7)
    assert like == pytest.approx(0.86)
    assert far < 0.85
    assert unknown < 0.85


@pytest.mark.parametrize("kind", BOTH_KINDS)
def test_word_for_word_is_exact_whatever_the_score(kind):
    match = judge(claim("Offline  SYNC", "It queues.", kind), claim("offline sync", "it queues.", kind),
                  similarity(0.1))  # fmt: skip
    assert match
    assert (match.type, match.score) == (SimilarityType.EXACT, 1.0)


def test_punctuation_alone_makes_no_other_claim():
    match = judge(claim("Use Kafka!", "We decided: Kafka"), claim("Use Kafka", "we decided - Kafka."),
                  similarity(0.2))  # fmt: skip
    assert match
    assert (match.type, match.score) == (SimilarityType.FUZZY, scorer.SAME_BUT_PUNCTUATION)


def test_a_point_that_moves_a_number_is_more_than_punctuation():
    match = judge(claim("Timeout", "The timeout is 1.5 s."), claim("Timeout", "The timeout is 15 s."),
                  similarity(0.95, 1.0))  # fmt: skip
    assert match
    assert match.type is SimilarityType.UPDATE
    assert "15 s -> 1.5 s" in match.explanation


def test_the_general_topics_of_two_channels_are_two_topics():
    one, other = claim("Night shift (general)", kind=Kind.TOPIC), claim("Night shift 2 (general)", kind=Kind.TOPIC)
    assert judge(one, other, similarity(0.98, 0.9)) is None
    assert judge(one, claim("Night shifts", kind=Kind.TOPIC), similarity(0.98, 0.9))


def test_a_topic_of_nearly_the_same_name_is_the_same_whatever_is_told_of_it():
    one, other = claim("Release trains", "When they leave.", Kind.TOPIC), claim("Release train", "8 of us", Kind.TOPIC)
    match = judge(one, other, similarity(0.6, 0.9))
    assert match
    assert (match.type, match.score) == (SimilarityType.FUZZY, 0.85)
    assert judge(claim("Release trains"), claim("Release train"), similarity(0.6, 0.9)) is None


@pytest.mark.parametrize(("trigram", "type_"), [(0.5, SimilarityType.SEMANTIC), (0.9, SimilarityType.FUZZY)])
def test_letters_or_meaning(trigram, type_):
    match = judge(claim("Postgres it is"), claim("We go with Postgres"), similarity(0.9, trigram))
    assert match
    assert match.type is type_


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.85, 0.9])
def test_the_threshold_decides(threshold):
    one, other = claim("Postgres it is"), claim("We go with Postgres")
    assert judge(one, other, similarity(threshold, threshold=threshold))
    assert judge(one, other, similarity(threshold - 0.01, threshold=threshold)) is None


def test_a_state_is_worth_something_under_its_model_and_scorer_only():
    assert Scale.of("some-model").version == f"some-model/{SCORER}"
