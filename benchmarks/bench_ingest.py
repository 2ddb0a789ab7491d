"""Ingesting: our action, one ORM row at a time, and a bare COPY as the limit."""

from datetime import UTC, datetime, timedelta
from typing import Any

from assay.audit.actor import SYSTEM
from assay.db.base import new_id
from assay.db.engine import Database
from assay.db.models import StoredMessage
from assay.extraction import actions
from assay.extraction.portions import portions
from assay.readers.records import IncomingMessage
from harness import best_of, show, with_database

NUMBER = 5000
LIMIT = "COPY, which forgives no repetition"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def messages(label: str) -> list[IncomingMessage]:
    return [
        IncomingMessage(f"{label}-{each}", "backend", "ana", START + timedelta(seconds=each), f"Message number {each}.")
        for each in range(NUMBER)
    ]


async def main(database: Database) -> None:
    async def ours() -> None:
        for portion in portions(messages(f"ours-{new_id()}")):
            async with database.transaction() as session:
                await actions.ingest(session, portion, source="ours", actor=SYSTEM)

    async def naive() -> None:
        for each in messages(f"naive-{new_id()}"):
            async with database.transaction() as session:
                session.add(_row(each, "naive"))

    async def copy() -> None:
        async with database.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            columns = "id, source, external_id, channel, author, sent_at, text"
            async with raw.cursor().copy(f"COPY messages ({columns}) FROM STDIN") as target:
                for each in messages(f"copy-{new_id()}"):
                    row = (new_id(), "copy", each.external_id, each.channel, each.author, each.sent_at, each.text)
                    await target.write_row(row)
            await raw.commit()

    ways = {"ours": ours, "one ORM transaction each": naive, LIMIT: copy}
    show("Ingesting", NUMBER, await best_of(ways), limit=LIMIT)


def _row(each: IncomingMessage, source: str) -> StoredMessage:
    return StoredMessage(
        source=source,
        external_id=each.external_id,
        channel=each.channel,
        author=each.author,
        sent_at=each.sent_at,
        text=each.text,
    )


with_database(main)
