"""A page of the queue, for every filter and order: in a short queue and in a long one."""

import os
import time
from itertools import product
from typing import Any

from sqlalchemy import text

from assay.db.engine import Database
from assay.db.models import DedupState
from assay.kinds import AtomType, Kind
from assay.proposals import listing
from assay.proposals.filters import Filter, Sort
from harness import with_database

SHORT, LONG = 10_000, int(os.environ.get("BENCH_PROPOSALS", "1000000"))
ROUNDS = 20
FILTERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "confidence 0.5 to 0.9": {"least_confidence": 0.5, "most_confidence": 0.9},
    "dedup state": {"dedup_state": DedupState.DUPLICATE},
    "channel": {"channel": "channel 7"},
    "source": {"source": "source 7"},
    "type": {"atom_type": AtomType.PROBLEM},
    "needs attention": {"needs_attention": True},
    "rare word": {"words": "number17"},
}


async def fill(database: Database, first: int, last: int) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("""
            INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, atom_type,
                stated_confidence, confidence, source, channel, dedup_state, failures, created_at)
            SELECT gen_random_uuid(), 'atom', 1, 'number' || n, '', n::text, n::text,
                CASE WHEN n % 20 = 3 THEN 'problem' ELSE 'insight' END, 0.5, random(),
                'source ' || n % 20, 'channel ' || n % 20, CASE WHEN n % 20 = 5 THEN 'duplicate' ELSE 'clear' END,
                CASE WHEN n % 20 = 9 THEN 5 ELSE 0 END, now() - n * interval '1 second'
            FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n"""),
            {"first": first, "last": last},
        )
    async with database.transaction() as session:
        await session.execute(text("ANALYZE proposals"))


async def measured(database: Database) -> dict[tuple[str, Sort], float]:
    """Seconds of the best round of each page."""
    best = {}
    async with database.transaction() as session:
        for (name, narrow), sort in product(FILTERS.items(), Sort):
            times = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                await listing.page(session, Filter(kinds=[Kind.ATOM], **narrow), sort=sort, limit=50)
                times.append(time.perf_counter() - start)
            best[name, sort] = min(times)
    return best


async def main(database: Database) -> None:
    await fill(database, 1, SHORT)
    short = await measured(database)
    await fill(database, SHORT + 1, LONG)
    long = await measured(database)
    print(f"\nA page of 50 of {SHORT:,} and of {LONG:,} pending proposals")
    print(f"  {'filter':<24} {'order':<14} {'ms':>8} {'ms':>8} {'ratio':>7}")
    for (name, sort), before in short.items():
        after = long[name, sort]
        print(f"  {name:<24} {sort:<14} {1000 * before:>8.2f} {1000 * after:>8.2f} {after / before:>7.2f}")


with_database(main)
