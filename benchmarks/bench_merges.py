"""Merging approved knowledge: our action and its undoing, one transaction each, and bare statements as the limit."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import event, text

from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.knowledge import actions as knowledge
from assay.proposals import actions
from harness import ROUNDS, best_of, insert_proposals, show, with_database

NUMBER = 1000
FEW = 100
"""As many as are merged one by one: that takes long."""
OURS = "ours"
BACK = "ours, merging and taking it back"
LIMIT = "four bare statements"
Pairs = dict[UUID, UUID]
Way = Callable[[Database, Pairs], Awaitable[None]]


async def ours(database: Database, pairs: Pairs) -> None:
    async with database.transaction() as session:
        outcomes = await knowledge.merge(session, pairs, actor=SYSTEM)
    assert all(each.done for each in outcomes)


async def there_and_back(database: Database, pairs: Pairs) -> None:
    await ours(database, pairs)
    async with database.transaction() as session:
        outcomes = await knowledge.unmerge(session, list(pairs), actor=SYSTEM)
    assert all(each.done for each in outcomes)


async def one_by_one(database: Database, pairs: Pairs) -> None:
    for source, target in pairs.items():
        await ours(database, {source: target})


async def bare(database: Database, pairs: Pairs) -> None:
    merging = "FROM unnest(CAST(:sources AS uuid[]), CAST(:targets AS uuid[])) AS m (source, target)"
    async with database.transaction() as session:
        for statement in (
            f"UPDATE entities e SET archived = true, merged_into_entity_id = m.target {merging} WHERE e.id = m.source",
            f"UPDATE entities e SET revision = revision + 1, updated_at = now() {merging} WHERE e.id = m.target",
            f"""INSERT INTO entity_revisions (entity_id, number, snapshot, change_type, changed_by_user_id)
                SELECT e.id, e.revision, to_jsonb(e), 'merged', 1 {merging} JOIN entities e ON e.id = m.target""",
            f"INSERT INTO audit_log (actor_user_id, action, subject_id) SELECT 1, 'entity.merged', m.source {merging}",
        ):
            await session.execute(text(statement), {"sources": list(pairs), "targets": list(pairs.values())})


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def main(database: Database) -> None:
    ways: dict[str, Way] = {OURS: ours, BACK: there_and_back, LIMIT: bare}
    known = await insert_proposals(database, 2 * (NUMBER * (len(ways) * ROUNDS + 1) + FEW * (2 * ROUNDS + 1)))
    async with database.transaction() as session:
        await actions.approve(session, known, actor=SYSTEM)

    def pairs(number: int) -> Pairs:
        return {known.pop(): known.pop() for _ in range(number)}

    async def on_new_pairs(way: Way, number: int) -> None:
        await way(database, pairs(number))

    seconds = await best_of({name: partial(on_new_pairs, way, NUMBER) for name, way in ways.items()})
    show("Merging", NUMBER, seconds, limit=LIMIT)
    few: dict[str, Way] = {"one transaction each": one_by_one, OURS: ours}
    show("Merging a few", FEW, await best_of({n: partial(on_new_pairs, w, FEW) for n, w in few.items()}), limit=OURS)
    for number in (FEW, NUMBER):
        with counted(database) as statements:
            await there_and_back(database, pairs(number))
        print(f"  {number:,} merges and their undoing: {len(statements)} statements")


with_database(main)
