"""The metrics document: from tallies, by counting the table, and one indexed look-up as the limit."""

from sqlalchemy import text

from assay.db.engine import Database
from assay.proposals import metrics
from harness import insert_proposals, show, timed, with_database

NUMBER, ROUNDS = 200_000, 20


async def main(database: Database) -> None:
    for _ in range(NUMBER // 20_000):
        await insert_proposals(database, 20_000)
    async with database.transaction() as session:
        await metrics.refold(session)
        await session.execute(text("ANALYZE proposals"))

    async def ours() -> None:
        for _ in range(ROUNDS):
            async with database.transaction() as session:
                await metrics.document(session, sure=0.95)

    async def ask(statement: str) -> None:
        for _ in range(ROUNDS):
            async with database.transaction() as session:
                await session.execute(text(statement))

    rows = [
        ("ours", await timed(ours)),
        (
            "GROUP BY over the table",
            await timed(lambda: ask("SELECT kind, status, count(*), avg(confidence) FROM proposals GROUP BY 1, 2")),
        ),
        ("one indexed look-up", await timed(lambda: ask("SELECT * FROM users WHERE id = 1"))),
    ]
    show(f"Metrics over {NUMBER:,} proposals", ROUNDS, rows, limit="one indexed look-up")


with_database(main)
