"""A page of the queue, for every filter and order: in a short queue and in a long one, in turns."""

import asyncio
import os
import time
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import text

from assay.clock import now
from assay.db import migrate
from assay.db.engine import Database
from assay.db.models import DedupState
from assay.kinds import AtomType, Kind
from assay.proposals.lists import pages
from assay.proposals.lists.filters import Filter, Sort
from harness import with_database

SHORT, LONG = 10_000, int(os.environ.get("ASSAY_BENCH_PROPOSALS", "1000000"))
ROUNDS = 60
RUN = UUID(int=7)
FILTERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "confidence, 40 % of all": {"least_confidence": 0.5, "most_confidence": 0.9},
    "confidence, 1 % of all": {"least_confidence": 0.99},
    "age, half of all": {"created_before": now() - timedelta(days=50)},
    "age, 1 % of all": {"created_after": now() - timedelta(days=51), "created_before": now() - timedelta(days=50)},
    "dedup state": {"dedup_state": DedupState.DUPLICATE},
    "extraction run": {"extraction_run_id": RUN},
    "channel": {"channel": "channel 7"},
    "source": {"source": "source 7"},
    "type": {"atom_type": AtomType.PROBLEM},
    "needs attention": {"needs_attention": True},
    "needs no attention": {"needs_attention": False},
    "a word of one": {"words": "number17"},
    "a word of 60": {"words": "sixty"},
    "a word of 1 %": {"words": "hundredth"},
    "a word of 10 %": {"words": "tenth"},
    "a word of all": {"words": "common"},
    "words of 0.1 %": {"words": "tenth hundredth"},
    "a word of 90 %": {"words": "common -tenth"},
    "channel and type": {"channel": "channel 3", "atom_type": AtomType.PROBLEM},
    "channel and a word of 10 %": {"channel": "channel 4", "words": "tenth"},
}
FILL = """
    INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, atom_type,
        stated_confidence, confidence, source, channel, dedup_state, failures, extraction_run_id, created_at)
    SELECT gen_random_uuid(), 'atom', 1, 'number' || n, 'common' || CASE WHEN n % 10 = 4 THEN ' tenth' ELSE '' END
            || CASE WHEN n % 97 = 4 THEN ' hundredth' ELSE '' END || CASE WHEN n <= 60 THEN ' sixty' ELSE '' END
            || (SELECT string_agg(' word' || floor(exp(random() * 9)), '') FROM generate_series(1, 12) WHERE n > 0),
        n::text, n::text, CASE WHEN n % 20 = 3 THEN 'problem' ELSE 'insight' END, 0.5, random(),
        'source ' || n % 20, 'channel ' || n % 20, CASE WHEN n % 20 = 5 THEN 'duplicate' ELSE 'clear' END,
        CASE WHEN n % 20 = 9 THEN 5 ELSE 0 END, CASE WHEN n <= 500 THEN CAST(:run AS uuid) END,
        now() - interval '100 days' * ((n * 7919.0) / :number - floor((n * 7919.0) / :number))
    FROM generate_series(1, CAST(:number AS int)) AS n"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    WHERE indrelid = 'proposals'::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE conindid = i.indexrelid)"""


async def fill(database: Database, number: int) -> None:
    """The indexes are made after the rows: so it takes a minute for a million."""
    async with database.transaction() as session:
        await session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        await session.execute(
            text("""INSERT INTO extraction_runs (id, trigger_type, triggered_by_user_id, extractor, model_name,
                prompt_version) VALUES (:run, 'manual', 1, '', '', '')"""),
            {"run": RUN},
        )
        indexes = (await session.execute(text(INDEXES))).all()
        for name, _ in indexes:
            await session.execute(text(f"DROP INDEX {name}"))
        await session.execute(text(FILL), {"number": number, "run": RUN})
        connection = await session.connection()
        for _, definition in indexes:
            await connection.exec_driver_sql(definition.replace("%", "%%"))
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


async def compared(short: Database, long: Database, wanted: Filter, sort: Sort) -> tuple[list[float], int]:
    """Seconds of the best round in each, and how many the page of the long one holds."""
    best, shown = [1.0, 1.0], 0
    async with short.transaction() as in_short, long.transaction() as in_long:
        for place, session in ((0, in_short), (1, in_long)) * ROUNDS:
            session.expunge_all()
            start = time.perf_counter()
            found = await pages.page(session, wanted, sort=sort, limit=50)
            best[place] = min(best[place], time.perf_counter() - start)
            shown = len(found.items)
    return best, shown


async def another(database: Database) -> Database:
    """A second database on the same server."""
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("CREATE DATABASE short"))
    url = database.url.set(drivername="postgresql", database="short").render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.upgrade, url)
    return Database(url)


async def main(long: Database) -> None:
    short = await another(long)
    await fill(short, SHORT)
    await fill(long, LONG)
    print(f"\nA page of 50 of {SHORT:,} and of {LONG:,} pending proposals")
    print(f"  {'filter':<28} {'order':<12} {'ms':>7} {'ms':>7} {'ratio':>6} {'shown':>6}")
    for (name, narrow), sort in product(FILTERS.items(), Sort):
        (before, after), shown = await compared(short, long, Filter(kinds=[Kind.ATOM], **narrow), sort)
        print(f"  {name:<28} {sort:<12} {1000 * before:>7.2f} {1000 * after:>7.2f} {after / before:>6.2f} {shown:>6}")
    await short.close()


with_database(main)
