"""A page of the queue is a stretch of an index, for every filter and order that is offered."""

import json
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from assay.db.models import DedupState
from assay.kinds import AtomType, Kind
from assay.proposals import listing
from assay.proposals.listing import Filter, Sort

pytestmark = pytest.mark.anyio
NUMBER = 20_000
PAGE = 50
MOST_ROWS = 40 * PAGE
"""What a page may touch: every 20th proposal fits the filters of this test."""

FILTERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "confidence": {"least_confidence": 0.5, "most_confidence": 0.9},
    "dedup state": {"dedup_state": DedupState.DUPLICATE},
    "channel": {"channel": "channel 7"},
    "source": {"source": "source 7"},
    "type": {"atom_type": AtomType.PROBLEM},
    "needs attention": {"needs_attention": True},
    "rare words": {"words": "number17"},
}


async def _fill(session: Any) -> None:
    await session.execute(
        text("""
        INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, atom_type,
            stated_confidence, confidence, source, channel, dedup_state, failures, created_at)
        SELECT gen_random_uuid(), 'atom', 1, 'number' || n || ' common', '', n::text, n::text,
            CASE WHEN n % 20 = 3 THEN 'problem' ELSE 'insight' END, 0.5, random(),
            'source ' || n % 20, 'channel ' || n % 20, CASE WHEN n % 20 = 5 THEN 'duplicate' ELSE 'clear' END,
            CASE WHEN n % 20 = 9 THEN 5 ELSE 0 END, now() - n * interval '1 minute'
        FROM generate_series(1, :number) AS n"""),
        {"number": NUMBER},
    )


async def test_no_page_reads_much_more_than_it_shows(database):
    async with database.transaction() as session:
        await _fill(session)
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("ANALYZE proposals"))
        for (name, narrow), sort in product(FILTERS.items(), Sort):
            query = listing.places(Filter(kinds=[Kind.ATOM], **narrow), sort=sort, after=None, limit=PAGE + 1)
            plain = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
            found = await autocommit.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {str(plain).replace('%', '%%')}")
            plan = found.scalar_one()
            nodes = list(_nodes((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]))
            assert not [node for node in nodes if node["Node Type"] == "Seq Scan"], (name, sort)
            assert max(map(_touched, nodes)) <= MOST_ROWS, (name, sort, nodes)


def _nodes(plan: dict[str, Any]):
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _touched(node: dict[str, Any]) -> float:
    return float(node["Actual Rows"]) + float(node.get("Rows Removed by Filter", 0))
