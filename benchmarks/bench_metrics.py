"""The metrics document: from tallies, by counting the table, and one indexed look-up as the limit."""

from functools import partial

from sqlalchemy import text

from assay.db.engine import Database
from assay.proposals import metrics
from harness import best_of, insert_proposals, show, with_database

NUMBER = 200_000
LIMIT = "one indexed look-up"


async def main(database: Database) -> None:
    for _ in range(NUMBER // 20_000):
        await insert_proposals(database, 20_000)
    async with database.transaction() as session:
        await metrics.refold(session)
        await session.execute(text("ANALYZE proposals"))

    async def ours() -> None:
        async with database.transaction() as session:
            await metrics.document(session, sure=0.95)

    async def ask(statement: str) -> None:
        async with database.transaction() as session:
            await session.execute(text(statement))

    counting = "SELECT kind, status, count(*), avg(confidence) FROM proposals GROUP BY 1, 2"
    ways = {
        "ours": ours,
        "GROUP BY over the table": partial(ask, counting),
        LIMIT: partial(ask, "SELECT * FROM users WHERE id = 1"),
    }
    show(f"The metrics document over {NUMBER:,} proposals", 1, await best_of(ways), limit=LIMIT)


with_database(main)
