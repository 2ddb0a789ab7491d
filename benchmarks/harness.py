"""What the benchmarks share: servers, filled tables, timing, and a table of ratios."""

import asyncio
import math
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from assay.db import migrate
from assay.db.base import new_id
from assay.db.engine import Database
from assay.kinds import Kind, folded, identity_key
from assay.runtime.supervisor import Supervisor

ROUNDS = 4

Act = Callable[[], Awaitable[object]]


def with_database(act: Callable[[Database], Awaitable[None]]) -> None:
    """Runs a benchmark on fresh embedded servers."""
    with tempfile.TemporaryDirectory() as folder:
        supervisor = Supervisor(Path(folder) / "home")
        url = supervisor.start().database_url
        try:
            migrate.upgrade(url)
            asyncio.run(_run(Database(url), act))
        finally:
            supervisor.stop()


async def _run(database: Database, act: Callable[[Database], Awaitable[None]]) -> None:
    try:
        await act(database)
    finally:
        await database.close()


async def best_of(ways: Mapping[str, Act], before: Act | None = None) -> dict[str, float]:
    """Seconds of the best round of each way; the ways take turns, so that none has the warmer machine.

    `before`: what is done before each and is not timed, so that all begin with the same.
    """
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, act in ways.items():
            if before:
                await before()
            start = time.perf_counter()
            await act()
            best[name] = min(best.get(name, math.inf), time.perf_counter() - start)
    return best


def show(title: str, items: int, seconds: Mapping[str, float], *, limit: str) -> None:
    """Prints each way's time per item, and its ratio to the way named `limit`."""
    print(f"\n{title} ({items:,} items)")
    print(f"  {'way':<44} {'ms/item':>10} {'x the limit':>12}")
    for name, each in seconds.items():
        print(f"  {name:<44} {1000 * each / items:>10.3f} {each / seconds[limit]:>12.1f}")


async def insert_proposals(database: Database, number: int, *, kind: Kind = Kind.ATOM, label: str = "p") -> list[UUID]:
    """Fills the table, quickly."""
    ids = [new_id() for _ in range(number)]
    titles = [f"{label} statement {position} about {each}" for position, each in enumerate(ids)]
    async with database.transaction() as session:
        await session.execute(
            text("""
            INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, atom_type,
                stated_confidence, confidence)
            SELECT id, :kind, 1, title, title, title_key, key, 'insight', 0.9, 0.9
            FROM unnest(CAST(:ids AS uuid[]), CAST(:titles AS text[]), CAST(:title_keys AS text[]),
                CAST(:keys AS text[])) AS t (id, title, title_key, key)"""),
            {
                "kind": kind,
                "ids": ids,
                "titles": titles,
                "title_keys": [folded(each) for each in titles],
                "keys": [identity_key(kind, each, each) for each in titles],
            },
        )
    return ids
