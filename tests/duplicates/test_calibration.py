"""The operating point is found on labelled pairs, and changed only when told."""

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.builders import draft, get, propose, rows, scalar
from tests.duplicates.helpers import arrive, known, scanned, told_apart

from assay.ai.fakes import HashEmbedder
from assay.db.models import DedupState
from assay.duplicates import calibration, scan
from assay.duplicates.calibration import TEAM, best_points, calibrate, ensure_calibrated, shipped, store
from assay.duplicates.labels import LabelledPair
from assay.duplicates.scale import OPERATING_COSINE, PARTS, Scale, in_force
from assay.kinds import Kind
from assay.messaging.requests import SCAN
from assay.policies import queries as policies
from assay.proposals.merge import actions as merging

pytestmark = pytest.mark.anyio


class Unheard(HashEmbedder):
    """A model that nobody calibrated."""

    @property
    def model(self) -> str:
        return "unheard-of"


def numbered(number: int, *, same: bool, kind: Kind = Kind.ATOM) -> LabelledPair:
    said = [f"{word} {'abcdefghij'[number % 10] * 5} {'klmnopqrst'[number // 10] * 5}" for word in ("lorem", "ipsum")]
    return LabelledPair((said[0], ""), (said[1], ""), same, kind)


def test_the_pairs_that_are_shipped_can_be_read():
    pairs = shipped()
    assert len(pairs) == 439
    assert {pair.kind for pair in pairs} == set(Kind)
    assert sum(pair.same for pair in pairs) == 139


def test_the_point_lies_between_what_is_the_same_and_what_is_not():
    pairs = [numbered(number, same=number % 2 == 0) for number in range(40)]
    near = [0.7 if pair.same else 0.4 for pair in pairs]
    found = best_points(pairs, near, Scale.of("some-model"))
    assert set(found) == {"all"}
    assert 0.4 < found["all"] < 0.7


def test_a_point_in_force_stays_where_no_other_is_better():
    pairs = [numbered(number, same=number % 2 == 0) for number in range(40)]
    near = [0.7 if pair.same else 0.4 for pair in pairs]
    assert best_points(pairs, near, Scale.of("some-model", {"all": 0.6123})) == {"all": 0.6123}


def test_a_kind_with_enough_pairs_gets_a_point_of_its_own_where_that_is_better():
    topics = [numbered(number, same=number % 2 == 0, kind=Kind.TOPIC) for number in range(100)]
    atoms = [numbered(number, same=number % 2 == 0) for number in range(100)]
    near = [0.95 if pair.same else 0.8 for pair in topics] + [0.6 if pair.same else 0.3 for pair in atoms]
    found = best_points([*topics, *atoms], near, Scale.of("some-model"))
    assert {kind for kind in found if kind != "all"} <= {"topic", "atom"}
    by_kind = {kind: found.get(kind, found["all"]) for kind in ("topic", "atom")}
    assert 0.3 < by_kind["atom"] < 0.6
    assert 0.8 < by_kind["topic"] < 0.95


async def test_calibration_writes_nothing_unless_told(database, embedder, ana):
    found = await calibrate(database, embedder)
    assert found.before.points == dict.fromkeys(PARTS, OPERATING_COSINE[embedder.model]["all"])
    before, after = found.parts()["all"]
    assert before.pairs == after.pairs == 439
    assert after.accuracy >= before.accuracy
    assert await scalar(database, "SELECT count(*) FROM policy_versions") == 0
    async with database.transaction() as session:
        await store(session, found, actor=ana, note="Calibrated")
    async with database.transaction() as session:
        policy = await policies.current(session)
        scale = await in_force(session, embedder.model)
    assert policy.version == 1
    assert policy.document.operating_points[embedder.model] == found.points
    assert scale.version == found.after.version != found.before.version


async def test_another_point_makes_earlier_scans_stale_and_asks_for_new_ones(database, embedder, ana):
    [each] = await arrive(database, embedder, draft())
    await scanned(database, embedder, each)
    found = await calibrate(database, embedder)
    async with database.transaction() as session:
        assert await scan.next_batch(session, model=embedder.model, limit=10) == []
        await session.execute(text("DELETE FROM job_requests"))
        await store(session, found, actor=ana, note="Calibrated")
    async with database.transaction() as session:
        assert await scan.next_batch(session, model=embedder.model, limit=10) == [each]
        assert SCAN in await session.scalars(text("SELECT job FROM job_requests"))


async def test_the_verdicts_of_the_team_count(database, embedder, ana):
    [entity] = await known(database, embedder, draft(title="Backups", body="The ledger is copied every night."))
    apart, merged, by_machine = await arrive(
        database,
        embedder,
        draft(title="Backups!", body="The ledger is copied every night, so it is."),
        draft(title="Copies", body="Each night the ledger is saved."),
        draft(title="Copy", body="Each night we save the ledger."),
    )
    await told_apart(database, embedder, {apart: entity}, ana)
    async with database.transaction() as session:
        await merging.merge(session, {merged: entity}, actor=ana)
    await rows(
        database,
        "UPDATE proposals SET status = 'merged', reviewed_at = now(), merged_into_entity_id = :entity, "
        "reviewed_by_user_id = 1 WHERE id = :id RETURNING 1",
        id=by_machine,
        entity=entity,
    )
    async with database.transaction() as session:
        team = await calibration.verdicts_of_team(session)
    assert {(pair.first[0], pair.second[0], pair.same) for pair in team} in (
        {("Backups", "Backups!", False), ("Copies", "Backups", True)},
        {("Backups!", "Backups", False), ("Copies", "Backups", True)},
    )
    assert (await calibrate(database, embedder)).parts()[TEAM][0].pairs == 2


async def test_a_model_that_nobody_calibrated_is_calibrated_before_its_first_scan(database):
    embedder = Unheard()
    with capture_logs() as logs:
        await ensure_calibrated(database, embedder)
    assert any("calibrated" in each["event"] and each["log_level"] == "warning" for each in logs)
    async with database.transaction() as session:
        scale = await in_force(session, embedder.model)
    assert set(scale.points) == set(PARTS)
    asked = len(embedder.embedded)
    await ensure_calibrated(database, embedder)
    assert len(embedder.embedded) == asked
    assert await scalar(database, "SELECT author_user_id FROM policy_versions") == 1
    [first, second] = await propose(database, [draft(title="Backups"), draft(title="Backups")])
    await scan.embed_missing(database, embedder, 10)
    await scanned(database, embedder, first, second)
    assert (await get(database, first)).dedup_state is DedupState.CLEAR
