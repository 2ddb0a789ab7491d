"""A page of the queue costs the same in a long queue as in a short one, for every filter and order that is offered."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.builders import rows

from assay.clock import now
from assay.db.engine import Database
from assay.db.models import DedupState, Proposal, ProposalStatus
from assay.kinds import AtomType, Kind
from assay.proposals.lists import pages
from assay.proposals.lists.filters import Filter, PageEnd, Sort
from assay.proposals.lists.sql import fitting

pytestmark = pytest.mark.anyio
NUMBER = 20_000
PAGE = 50
MAX_ROWS = 2_000
"""What a statement of a page may touch: every 20th proposal fits the facets of this test."""
WINDOW, FEW = 1_500, 200
RUN = UUID(int=7)
DECIDED = {"statuses": [ProposalStatus.REJECTED]}

FILTERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "confidence": {"least_confidence": 0.5, "most_confidence": 0.9},
    "hardly any confidence": {"least_confidence": 0.5, "most_confidence": 0.502},
    "age": {"created_after": now() - timedelta(days=10), "created_before": now() - timedelta(days=1)},
    "one hour": {"created_after": now() - timedelta(hours=49), "created_before": now() - timedelta(hours=48)},
    "dedup state": {"dedup_state": DedupState.DUPLICATE},
    "run": {"extraction_run_id": RUN},
    "channel": {"channel": "channel 7"},
    "source": {"source": "source 7"},
    "type": {"atom_type": AtomType.PROBLEM},
    "needs attention": {"needs_attention": True},
    "needs no attention": {"needs_attention": False},
    "assignee": {"assignee": 1},
    "nobody's": {"assignee": "nobody"},
    "assignee and word": {"assignee": 1, "words": "tenth"},
    "a word of one": {"words": "number17"},
    "a word of some": {"words": "hundredth"},
    "a word of many": {"words": "tenth"},
    "a word of all": {"words": "common"},
    "a word of none": {"words": "nowhere"},
    "words": {"words": "common -tenth"},
    "channel and type": {"channel": "channel 3", "atom_type": AtomType.PROBLEM},
    "channel and another type": {"channel": "channel 4", "atom_type": AtomType.PROBLEM},
    "channel and word": {"channel": "channel 4", "words": "tenth"},
    "rejected": DECIDED,
    "rejected by channel": {**DECIDED, "channel": "channel 7"},
    "rejected by word": {**DECIDED, "words": "hundredth"},
    "pending and rejected": {"statuses": [ProposalStatus.PENDING, ProposalStatus.REJECTED], "words": "tenth"},
}
IN_PARTS = (
    "hardly any confidence",
    "one hour",
    "a word of one",
    "a word of some",
    "a word of many",
    "a word of none",
    "channel and another type",
    "channel and word",
    "rejected by word",
    "pending and rejected",
)


@pytest.fixture
async def queue(database: Database) -> Database:
    """As many rejected proposals as pending ones."""
    async with database.transaction() as session:
        await session.execute(
            text("""INSERT INTO extraction_runs (id, trigger_type, triggered_by_user_id, extractor, model_name,
                prompt_version) VALUES (:run, 'manual', 1, '', '', '')"""),
            {"run": RUN},
        )
        await session.execute(
            text("""
            INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, atom_type,
                stated_confidence, confidence, source, channel, dedup_state, failures, created_at, extraction_run_id,
                assignee_user_id, status, reviewed_at)
            SELECT gen_random_uuid(), 'atom', 1, 'number' || n || ' common', CASE WHEN n % 10 = 4 THEN 'tenth ' ELSE ''
                END || CASE WHEN n % 97 = 4 THEN 'hundredth' ELSE '' END, n::text, n::text,
                CASE WHEN n % 20 = 3 THEN 'problem' ELSE 'insight' END, 0.5, random(),
                'source ' || n % 20, 'channel ' || n % 20, CASE WHEN n % 20 = 5 THEN 'duplicate' ELSE 'clear' END,
                CASE WHEN n % 20 = 9 THEN 5 ELSE 0 END, now() - n * interval '1 minute',
                CASE WHEN n % 20 = 11 THEN CAST(:run AS uuid) END, CASE WHEN n % 20 = 14 THEN 1 END,
                status, CASE WHEN status = 'rejected' THEN now() END
            FROM generate_series(1, :number) AS n, unnest(ARRAY['pending', 'rejected']) AS status"""),
            {"number": NUMBER, "run": RUN},
        )
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("VACUUM ANALYZE proposals"))
    return database


@pytest.fixture
def small_windows(monkeypatch) -> None:
    monkeypatch.setattr(pages, "WINDOW", WINDOW)
    monkeypatch.setattr(pages, "FEW", FEW)
    monkeypatch.setattr(pages, "LOOK_UP_COST", FEW)


async def test_no_page_looks_at_many_more_rows_than_it_shows(queue, small_windows):
    async with queue.transaction() as session:
        for (name, narrow), sort in product(FILTERS.items(), Sort):
            wanted = Filter(kinds=[Kind.ATOM], **narrow)
            for after in (None, await _middle(session, wanted, sort)):
                for node in await _nodes_of_a_page(session, wanted, sort, after):
                    assert node["Node Type"] != "Seq Scan", (name, sort, node)
                    assert _touched(node) <= MAX_ROWS, (name, sort, node)


async def test_the_pages_together_are_the_list(queue, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 2_000)
    monkeypatch.setattr(pages, "FEW", 50)
    async with queue.transaction() as session:
        for name, sort in product(IN_PARTS, (Sort.OLDEST, Sort.SUREST)):
            wanted = Filter(kinds=[Kind.ATOM], **FILTERS[name])
            found = [each async for each in _walked(session, wanted, sort)]
            places = [(getattr(each, sort.removeprefix("-")), each.id) for each in found]
            assert places == sorted(places, reverse=sort.descending), (name, sort)
            assert len(set(places)) == len(places) == await _number(session, wanted), (name, sort)


async def test_what_hardly_anything_fits_is_found_at_once(queue, monkeypatch):
    """Although it is expected to be more: no statistics know of it."""
    monkeypatch.setattr(pages, "WINDOW", 100)
    monkeypatch.setattr(pages, "FEW", 20)
    for words, sort in product(("number17", "number19999"), Sort):
        async with queue.transaction() as session:
            found = await pages.page(session, Filter(kinds=[Kind.ATOM], words=words), sort=sort, limit=PAGE)
        assert ([each.title for each in found.items], found.rest) == ([f"{words} common"], None)


async def test_the_words_follow_the_text(database):
    async with database.transaction() as session:
        await session.execute(
            text("""INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key,
                stated_confidence, confidence) VALUES (gen_random_uuid(), 'topic', 1, 'Kites', 'fly', '', '', 1, 1)""")
        )
        await session.execute(text("UPDATE proposals SET body = 'glide'"))
        for words, number in (("glides", 1), ("fly", 0)):
            found = await pages.page(session, Filter(words=words), limit=PAGE)
            assert len(found.items) == number
    assert await rows(database, "SELECT 1 FROM proposals WHERE words IS NULL") == []


async def _walked(session: AsyncSession, wanted: Filter, sort: Sort) -> AsyncIterator[Proposal]:
    after, more = None, True
    while more:
        items, after = await pages.page(session, wanted, sort=sort, after=after, limit=500)
        more = after is not None
        for each in items:
            yield each


async def _middle(session: AsyncSession, wanted: Filter, sort: Sort) -> PageEnd | None:
    found = await pages.page(session, Filter(kinds=wanted.kinds, statuses=wanted.statuses), sort=sort, limit=400)
    return found.rest


async def _number(session: AsyncSession, wanted: Filter) -> int:
    found = await session.scalars(fitting(wanted))
    return len(found.all())


async def _nodes_of_a_page(session: AsyncSession, wanted: Filter, sort: Sort, after: PageEnd | None) -> list[Any]:
    """The plans of all statements that look for a page, each as it is carried out in its turn."""
    connection = await session.connection()
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    await pages.page(session, wanted, sort=sort, after=after, limit=PAGE)
    event.remove(connection.sync_connection, "before_cursor_execute", note)
    nodes: list[Any] = []
    for statement, parameters in statements:
        if statement.startswith("EXPLAIN"):
            continue
        if "set_config" not in statement:
            found = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            plan = found.scalar_one()
            nodes += _nodes((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])
        await connection.exec_driver_sql(statement, parameters)
    return nodes


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _touched(node: dict[str, Any]) -> float:
    return float(node["Actual Rows"]) + float(node.get("Rows Removed by Filter", 0))
