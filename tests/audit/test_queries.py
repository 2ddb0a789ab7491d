"""A page of the trail is a stretch of an index, however long the trail is and whoever acted."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from assay.audit import queries

pytestmark = pytest.mark.anyio
SUBJECT = UUID(int=1)
PAGE = 50
FILTERS: list[dict[str, Any]] = [
    {},
    {"actor_user_id": 50},
    {"action": "seldom"},
    {"subject_id": SUBJECT},
    {"actor_user_id": 50, "before": 3_000},
]


async def _fill(session: Any) -> None:
    await session.execute(text("INSERT INTO users (id, name, kind) VALUES (50, 'ana', 'user')"))
    await session.execute(
        text("""
        INSERT INTO audit_log (actor_user_id, action, subject_id)
        SELECT CASE WHEN n % 7 = 0 THEN 50 ELSE 1 END, CASE WHEN n % 7 = 1 THEN 'seldom' ELSE 'often' END,
            CASE WHEN n % 7 = 2 THEN CAST(:subject AS uuid) ELSE gen_random_uuid() END
        FROM generate_series(1, 30000) n ORDER BY n % 7, n"""),
        {"subject": SUBJECT},
    )


@pytest.mark.parametrize("wanted", FILTERS)
async def test_a_page_of_the_trail_reads_what_it_shows(database, wanted):
    async with database.transaction() as session:
        await _fill(session)
        await session.execute(text("ANALYZE audit_log"))
        connection, statements = await session.connection(), list[tuple[str, Any]]()

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
            statements.append((statement, parameters))

        event.listen(connection.sync_connection, "before_cursor_execute", note)
        found = await queries.entries(session, **wanted, limit=PAGE)
        event.remove(connection.sync_connection, "before_cursor_execute", note)
        [(statement, parameters)] = statements
        plan = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        touched = _touched(plan.scalar_one()[0]["Plan"])
    assert len(found) == PAGE
    assert touched <= 3 * PAGE


def _touched(node: dict[str, Any]) -> float:
    """The most rows that any step of the plan read."""
    own = float(node["Actual Rows"]) + float(node.get("Rows Removed by Filter", 0))
    return max([own, *map(_touched, node.get("Plans", []))])
