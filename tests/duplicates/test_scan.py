"""Marking and clearing, each for topics and for atoms."""

import asyncio
from datetime import timedelta
from functools import partial

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from tests.builders import BOTH_KINDS, counted_statements, draft, get, propose, rows, scalar
from tests.duplicates.helpers import HandMadeEmbedder, arrive, known, rechecked, scanned
from tests.patience import until

from assay.ai.extractor import RANKED, SOURCE
from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import MAX_FAILURES, DedupState, SimilarityType
from assay.duplicates import scan
from assay.duplicates.scale import rounded, version
from assay.errors import Unavailable
from assay.kinds import Kind
from assay.proposals import actions

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

BACKUP = "Nightly backup runs at two in the morning"
BACKUP_BODY = "The database is dumped each night and the dump is copied to cold storage in another region."
HOSTILE = (
    "'; DROP TABLE proposals; --",
    '"quoted" %s %(name)s :name \\ {0} $1 100% _',
    "Ünïcödé 文字化け 🦜 \u202eright to left\u2028 e\u0301",
    "x" * 20_000,
    "one hundred and " * 1_250,
    "...",
)


async def states(database: Database, *ids) -> list[DedupState]:
    return [(await get(database, each)).dedup_state for each in ids]


@kinds
async def test_what_says_nothing_known_is_cleared(database, embedder, kind):
    await known(database, embedder, draft(kind, "Ledger storage", body="All bookings are kept for ten years."))
    [each] = await arrive(database, embedder, draft(kind, BACKUP, body=BACKUP_BODY))
    assert await scanned(database, embedder, each) == scan.ScanOutcome(scanned=1, duplicates=0)
    proposal = await get(database, each)
    assert proposal.dedup_state is DedupState.CLEAR
    assert proposal.dedup_scorer == version(embedder.model)
    assert proposal.dedup_checked_at
    assert (proposal.similar_entity_id, proposal.similar_proposal_id, proposal.similarity_score) == (None, None, None)
    assert [(near["title"], near["is_entity"]) for near in proposal.candidates] == [("Ledger storage", True)]


@kinds
async def test_what_an_entity_says_word_for_word_is_an_exact_duplicate_of_it(database, embedder, kind):
    [entity] = await known(database, embedder, draft(kind, BACKUP, body=BACKUP_BODY))
    [each] = await arrive(database, embedder, draft(kind, BACKUP.upper(), body=f" {BACKUP_BODY.upper()}"))
    assert (await scanned(database, embedder, each)).duplicates == 1
    proposal = await get(database, each)
    assert (proposal.similar_entity_id, proposal.similar_proposal_id) == (entity, None)
    assert (proposal.similarity_type, proposal.similarity_score) == (SimilarityType.EXACT, 1.0)
    assert proposal.similarity_explanation == f"Says exactly the same as {kind} '{BACKUP}'."


async def test_a_topic_is_its_name_and_an_atom_is_not_its_title(database, embedder):
    await known(database, embedder, draft(Kind.TOPIC, "Backups"), draft(Kind.ATOM, "Decision", body="We use Kafka."))
    topic, atom = await arrive(
        database,
        embedder,
        draft(Kind.TOPIC, "backups", body="Everything about restoring lost data from tapes and disks."),
        draft(Kind.ATOM, "Decision", body="Invoices are sent by mail on the last day of every month to all customers."),
    )
    await scanned(database, embedder, topic, atom)
    assert await states(database, topic, atom) == [DedupState.DUPLICATE, DedupState.CLEAR]


@kinds
async def test_a_slip_of_the_pen_is_a_fuzzy_duplicate(database, embedder, kind):
    [entity] = await known(database, embedder, draft(kind, BACKUP, body=BACKUP_BODY))
    [each] = await arrive(database, embedder, draft(kind, f"{BACKUP}!", body=BACKUP_BODY.replace(".", " ...")))
    await scanned(database, embedder, each)
    proposal = await get(database, each)
    assert (proposal.similar_entity_id, proposal.similarity_type) == (entity, SimilarityType.FUZZY)
    assert proposal.similarity_score
    assert 0.85 <= proposal.similarity_score < 1


@kinds
async def test_the_same_in_other_words_is_a_semantic_duplicate_and_shows_which_words_are_shared(database, kind):
    embedder = HandMadeEmbedder({"Database dumps at night": [1, 0.3], "Backups run each evening": [1, 0.2]})
    [entity] = await known(database, embedder, draft(kind, "Database dumps at night"))
    [each] = await arrive(database, embedder, draft(kind, "Backups run each evening", body="Dumps go to storage."))
    await scanned(database, embedder, each)
    proposal = await get(database, each)
    assert (proposal.similar_entity_id, proposal.similarity_type) == (entity, SimilarityType.SEMANTIC)
    assert proposal.similarity_explanation == (
        f"Probably means the same as {kind} 'Database dumps at night' (similarity 0.99). Both say: dumps. "
        "Only this one says: backups, run, evening, storage. Only the other says: database, night, full."
    )


@kinds
async def test_one_changed_fact_is_an_update_that_says_which(database, embedder, kind):
    old = "The session of a signed-in user expires after 60 minutes without any activity in the browser"
    [entity] = await known(database, embedder, draft(kind, old[:90], body=old))
    [each] = await arrive(database, embedder, draft(kind, old[:90].replace("60", "15"), body=old.replace("60", "15")))
    await scanned(database, embedder, each)
    proposal = await get(database, each)
    assert (proposal.dedup_state, proposal.similarity_type) == (DedupState.DUPLICATE, SimilarityType.UPDATE)
    assert proposal.similar_entity_id == entity
    assert proposal.similarity_score
    assert proposal.similarity_explanation == (
        "Says something else about the same thing: 60 minutes -> 15 minutes "
        f"(similarity {rounded(proposal.similarity_score)} with {kind} '{old[:90]}'). "
        "Both say: session, signed-in, user, expires, minutes, without and 3 more. "
        "Only this one says: 15. Only the other says: 60."
    )


@kinds
async def test_of_two_equal_proposals_the_first_stays_clear(database, embedder, kind):
    first, second = await arrive(database, embedder, *(draft(kind, BACKUP, body=BACKUP_BODY) for _ in range(2)))
    assert await scanned(database, embedder, second, first) == scan.ScanOutcome(scanned=2, duplicates=1)
    assert await states(database, first, second) == [DedupState.CLEAR, DedupState.DUPLICATE]
    proposal = await get(database, second)
    assert (proposal.similar_entity_id, proposal.similar_proposal_id) == (None, first)
    assert proposal.similarity_explanation == f"Says exactly the same as {kind} '{BACKUP}'."


async def test_what_was_found_by_ranking_holds_up_nothing_that_is_sure(database, embedder):
    said = partial(draft, Kind.ATOM, BACKUP, body=BACKUP_BODY)
    ranked, sure, repeated = await arrive(
        database, embedder, said(meta={SOURCE: RANKED}), said(), said(meta={SOURCE: RANKED})
    )
    await scanned(database, embedder, ranked, sure, repeated)
    assert await states(database, ranked, sure) == [DedupState.CLEAR, DedupState.CLEAR]
    assert (await get(database, repeated)).dedup_state is DedupState.DUPLICATE
    async with database.transaction() as session:
        await actions.approve(session, [sure], actor=SYSTEM)
    await scanned(database, embedder, ranked)
    assert (await get(database, ranked)).similar_entity_id == sure


@kinds
async def test_an_entity_counts_however_late_it_came(database, embedder, kind):
    older, younger = await arrive(database, embedder, *(draft(kind, BACKUP, body=BACKUP_BODY) for _ in range(2)))
    await scanned(database, embedder, older, younger)
    async with database.transaction() as session:
        await actions.approve(session, [younger], actor=SYSTEM)
    await scanned(database, embedder, older)
    proposal = await get(database, older)
    assert (proposal.dedup_state, proposal.similar_entity_id) == (DedupState.DUPLICATE, younger)


async def test_an_entity_comes_before_a_pending_proposal_of_the_same_score(database):
    same = [1.0, 0.5]
    embedder = HandMadeEmbedder({"Waiting words": same, "Allowed words": same, "New words": same})
    await arrive(database, embedder, draft(Kind.TOPIC, "Waiting words", body="It is here."))
    [entity] = await known(database, embedder, draft(Kind.TOPIC, "Allowed words", body="It is here."))
    [each] = await arrive(database, embedder, draft(Kind.TOPIC, "New words", body="It is here."))
    await scanned(database, embedder, each)
    proposal = await get(database, each)
    assert proposal.similar_entity_id == entity
    assert [near["is_entity"] for near in proposal.candidates] == [True, False]


async def test_an_exact_hit_comes_before_everything(database, embedder):
    [entity] = await known(database, embedder, draft(Kind.TOPIC, f"{BACKUP}.", body=BACKUP_BODY))
    twin, each = await arrive(database, embedder, *(draft(Kind.TOPIC, BACKUP, body=BACKUP_BODY) for _ in range(2)))
    await scanned(database, embedder, each)
    proposal = await get(database, each)
    assert (proposal.similar_proposal_id, proposal.similarity_type) == (twin, SimilarityType.EXACT)
    assert {near["id"] for near in proposal.candidates} == {str(entity), str(twin)}


async def test_kinds_are_never_compared(database, embedder):
    await known(database, embedder, draft(Kind.TOPIC, BACKUP, body=BACKUP_BODY))
    [each] = await arrive(database, embedder, draft(Kind.ATOM, BACKUP, body=BACKUP_BODY))
    await scanned(database, embedder, each)
    proposal = await get(database, each)
    assert (proposal.dedup_state, proposal.candidates) == (DedupState.CLEAR, [])


async def test_vectors_of_different_models_are_never_compared(database):
    axis = {"Known words": [1.0], "Other saying": [1.0]}
    old, new = HandMadeEmbedder(axis, model="old"), HandMadeEmbedder(axis, model="new", dimensions=3)
    [entity] = await known(database, old, draft(Kind.TOPIC, "Known words"))
    [each] = await propose(database, [draft(Kind.TOPIC, "Other saying")])
    assert await scan.embed_missing(database, new, 100) == 2
    await rows(database, "DELETE FROM embeddings WHERE subject_id = :id AND model = 'new' RETURNING 1", id=entity)
    await scanned(database, new, each)
    assert (await get(database, each)).candidates == []
    await scan.embed_missing(database, new, 100)
    await scanned(database, new, each)
    assert (await get(database, each)).similar_entity_id == entity


async def test_the_state_of_another_model_is_not_worth_anything(database, embedder):
    [each] = await arrive(database, embedder, draft())
    await scanned(database, embedder, each)
    async with database.transaction() as session:
        assert await scan.next_batch(session, model=embedder.model, limit=10) == []
    other = HandMadeEmbedder({(await get(database, each)).title: [1.0]}, model="other")
    await scan.embed_missing(database, other, 10)
    async with database.transaction() as session:
        assert await scan.next_batch(session, model="other", limit=10) == [each]


async def test_a_mark_is_taken_away_when_its_reason_is_gone(database, embedder):
    first, second = await arrive(database, embedder, *(draft(Kind.TOPIC, BACKUP, body=BACKUP_BODY) for _ in range(2)))
    await scanned(database, embedder, first, second)
    async with database.transaction() as session:
        await actions.reject(session, [first], actor=SYSTEM)
    await scanned(database, embedder, second)
    proposal = await get(database, second)
    assert (proposal.dedup_state, proposal.similar_proposal_id) == (DedupState.CLEAR, None)
    assert (proposal.similarity_score, proposal.similarity_type, proposal.similarity_explanation) == (None, None, None)


async def test_a_duplicate_is_announced_once(database, embedder):
    [entity] = await known(database, embedder, draft(Kind.TOPIC, BACKUP, body=BACKUP_BODY))
    [each] = await arrive(database, embedder, draft(Kind.TOPIC, BACKUP, body=BACKUP_BODY))
    for _ in range(2):
        await scanned(database, embedder, each)
    found = await rows(
        database,
        "SELECT channel, entity_type, subject_id, data FROM audit_log WHERE action = 'proposal.duplicate_detected'",
    )
    data = {"proposal_id": str(each), "similar_entity_id": str(entity), "similarity_score": 1.0}
    assert found == [("knowledge_proposals", Kind.TOPIC, each, data)]


async def test_decided_and_unembedded_proposals_are_left_alone(database, embedder):
    [entity] = await known(database, embedder, draft())
    [new] = await propose(database, [draft()])
    assert await scanned(database, embedder, entity, new) == scan.ScanOutcome()
    assert await states(database, entity, new) == [DedupState.UNCHECKED, DedupState.UNCHECKED]


async def test_two_scans_at_once_never_clear_both_of_two_equals(database, embedder):
    ids = await arrive(database, embedder, *(draft(Kind.TOPIC, BACKUP, body=BACKUP_BODY) for _ in range(6)))
    await asyncio.gather(*(scanned(database, embedder, *group) for group in (ids[:3], ids[3:], ids[::2], ids[::-1])))
    assert (await states(database, *ids)).count(DedupState.CLEAR) == 1


async def test_equal_proposals_embedded_by_two_workers_at_once_never_both_stay_clear(database, embedder):
    ids = await propose(database, [draft(title=BACKUP, body=BACKUP_BODY) for _ in range(20)])
    await asyncio.gather(*(scan.embed_missing(database, embedder, 12) for _ in range(4)))
    await scan.embed_missing(database, embedder, 20)
    assert await scalar(database, "SELECT count(*) FROM embeddings") == 20
    await scanned(database, embedder, *ids)
    assert (await states(database, *ids)).count(DedupState.CLEAR) == 1


@kinds
async def test_a_twin_approved_since_the_scan_is_seen_by_the_recheck(database, embedder, kind):
    first, second = await arrive(
        database, embedder, *(draft(kind, title, body=BACKUP_BODY) for title in (BACKUP, f"{BACKUP}!"))
    )
    [other] = await arrive(database, embedder, draft(kind))
    await rows(database, "UPDATE proposals SET dedup_state = 'clear' RETURNING 1")
    async with database.transaction() as session:
        await actions.approve(session, [second], actor=SYSTEM)
    assert await rechecked(database, embedder, first, other) == {first}
    assert await states(database, first, other) == [DedupState.DUPLICATE, DedupState.CLEAR]


async def test_the_recheck_vouches_for_nothing_that_it_could_not_compare(database, embedder):
    [each] = await arrive(database, embedder, draft())
    [unembedded] = await propose(database, [draft()])
    assert await rechecked(database, embedder, each, unembedded) == {unembedded}
    async with database.transaction() as session:
        await actions.approve(session, [unembedded], actor=SYSTEM)
    assert await rechecked(database, embedder, each) == {each}
    await scan.embed_missing(database, embedder, 10)
    assert await rechecked(database, embedder, each) == set()


async def test_the_next_batch_is_the_oldest_that_may_be_tried(database, embedder):
    a, b, rests, gave_up = await arrive(database, embedder, *(draft() for _ in range(4)))
    await propose(database, [draft()])
    for each, change in (
        (rests, "retry_at = now() + interval '1 hour'"),
        (gave_up, f"failures = {MAX_FAILURES}"),
        (b, "retry_at = now() - interval '1 hour', dedup_state = 'error'"),
        (a, f"created_at = '{now() + timedelta(minutes=1)}'"),
    ):
        await rows(database, f"UPDATE proposals SET {change} WHERE id = :id RETURNING 1", id=each)
    async with database.transaction() as session:
        assert await scan.next_batch(session, model=embedder.model, limit=10) == [b, a]
        assert await scan.next_batch(session, model=embedder.model, limit=1) == [b]


async def test_nothing_is_scanned_while_an_entity_cannot_be_found(database, embedder):
    [unembedded] = await propose(database, [draft()])
    async with database.transaction() as session:
        await actions.approve(session, [unembedded], actor=SYSTEM)
    [each] = await propose(database, [draft()])
    assert await scan.embed_missing(database, embedder, 1) == 1
    async with database.transaction() as session:
        assert await scan.next_batch(session, model=embedder.model, limit=10) == []
    assert await scan.embed_missing(database, embedder, 1) == 1
    async with database.transaction() as session:
        assert await scan.next_batch(session, model=embedder.model, limit=10) == [each]


async def test_the_number_of_statements_does_not_depend_on_the_number_of_proposals(database, embedder):
    few, many = [await _cost(database, embedder, number) for number in (10, 100)]
    assert few == many <= 13


async def _cost(database: Database, embedder, number: int) -> int:
    said = [draft() for _ in range(number)]
    repeated = [draft(title=each.title, body=each.body) for each in said]
    ids = await arrive(database, embedder, *said, *repeated)
    async with database.transaction() as session:
        with counted_statements(database) as statements:
            outcome = await scan.scan(session, ids, model=embedder.model, threshold=0.85, actor=SYSTEM)
    assert outcome == scan.ScanOutcome(2 * number, number)
    return len(statements)


async def test_two_connections_share_a_batch_and_leave_nothing_out(database, embedder):
    said = [draft() for _ in range(25)]
    ids = await arrive(database, embedder, *said, *(draft(title=each.title, body=each.body) for each in said))
    assert await scanned(database, embedder, *ids) == scan.ScanOutcome(50, 25)
    assert await states(database, *ids) == [DedupState.CLEAR] * 25 + [DedupState.DUPLICATE] * 25


async def test_a_second_connection_that_is_cut_undoes_the_scan_whole(database, embedder):
    ids = await arrive(database, embedder, *(draft() for _ in range(10)))
    async with database.extra_connection() as extra:
        cut = await extra.scalar(text("SELECT pg_backend_pid()"))
        await scalar(database, "SELECT pg_terminate_backend(:cut)", cut=cut)
        with pytest.raises(OperationalError):
            async with database.transaction() as session:
                await scan.scan(
                    session, ids, model=embedder.model, threshold=0.85, actor=SYSTEM, extra_connection=extra
                )
    assert await states(database, *ids) == [DedupState.UNCHECKED] * 10
    assert await scanned(database, embedder, *ids) == scan.ScanOutcome(10)


WANTED = """SELECT count(*) > 0 FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE datname = current_database() AND relation = CAST('embeddings' AS regclass) AND NOT granted"""


async def _taken(database: Database, table: str) -> None:
    async with database.transaction() as session:
        await session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))


async def test_who_wants_a_table_for_themselves_never_stops_a_scan_for_ever(database, embedder):
    ids = await arrive(database, embedder, *(draft() for _ in range(10)))
    async with database.transaction() as session, database.extra_connection() as extra:
        await session.execute(text("SELECT FROM embeddings"))
        taking = asyncio.create_task(_taken(database, "embeddings"))
        await until(partial(scalar, database, WANTED))
        with pytest.raises(OperationalError, match="lock timeout"):
            await scan.scan(session, ids, model=embedder.model, threshold=0.85, actor=SYSTEM, extra_connection=extra)
    await taking
    assert await scanned(database, embedder, *ids) == scan.ScanOutcome(10)


async def test_hostile_text_is_only_text(database, embedder):
    for number, said in enumerate(HOSTILE, start=1):
        first, second = await arrive(database, embedder, *(draft(Kind.TOPIC, said[:100], body=said) for _ in range(2)))
        [near] = await arrive(database, embedder, draft(Kind.TOPIC, said[:90], body=f"{said} but not 5 minutes"))
        await scanned(database, embedder, first, second, near)
        assert await states(database, first, second) == [DedupState.CLEAR, DedupState.DUPLICATE]
        assert await scalar(database, "SELECT count(*) FROM proposals") == 3 * number


async def test_a_model_that_nobody_calibrated_warns(database):
    embedder = HandMadeEmbedder({"Words": [1.0]}, model="unheard-of")
    [each] = await arrive(database, embedder, draft(title="Words"))
    with capture_logs() as logs:
        await scanned(database, embedder, each)
    [warning] = logs
    assert (warning["log_level"], warning["model"]) == ("warning", "unheard-of")


async def test_a_look_that_succeeds_ends_a_row_of_failures(database, embedder):
    owed, reviewed = await arrive(database, embedder, draft(), draft())
    await scanned(database, embedder, reviewed)
    await rows(database, "UPDATE proposals SET failures = 2, last_error = 'It broke.' RETURNING 1")
    await scanned(database, embedder, owed, reviewed)
    proposals = [await get(database, each) for each in (owed, reviewed)]
    assert [(each.failures, each.last_error) for each in proposals] == [(0, None), (2, "It broke.")]


async def test_a_vector_that_points_nowhere_is_an_outage_of_the_model(database):
    class Broken(HandMadeEmbedder):
        async def embed(self, texts):
            return np.full((len(texts), self.dimensions), values.pop(), dtype=np.float32)

    values = [0.0, float("nan"), float("inf")]
    await propose(database, [draft()])
    while values:
        with pytest.raises(Unavailable, match="without a direction"):
            await scan.embed_missing(database, Broken({}), 10)


async def test_the_model_works_while_no_transaction_is_open(database):
    class Watching(HandMadeEmbedder):
        async def embed(self, texts):
            assert database.engine.pool.checkedout() == 0
            return await super().embed(texts)

    await propose(database, [draft(title="Words")])
    assert await scan.embed_missing(database, Watching({"Words": [1.0]}), 10) == 1
    assert await scan.embed_missing(database, Watching({}), 10) == 0
