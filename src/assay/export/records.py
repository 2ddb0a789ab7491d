"""Everything as JSON lines: a header, a line for each record, and a last line that counts them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db import migrate
from assay.db.base import Base
from assay.db.engine import Database
from assay.export import sql
from assay.export.tables import FORMAT, KEPT, SECRET, VERSION

ROWS_AT_ONCE: Final = 500
CHUNK: Final = 256 * 1024


async def lines(database: Database) -> AsyncIterator[bytes]:
    """The whole file in pieces, of the records as they were at one moment."""
    async with database.snapshot() as session:
        yield _line({"format": FORMAT, "version": VERSION, "revision": migrate.newest(), "exported_at": now()})
        counts = dict.fromkeys(KEPT, 0)
        for name in KEPT:
            async for piece, number in _table(session, name):
                counts[name] += number
                yield piece
        yield _line({"end": counts})


def _line(document: Mapping[str, Any]) -> bytes:
    return to_json(document) + b"\n"


async def _table(session: AsyncSession, name: str) -> AsyncIterator[tuple[bytes, int]]:
    """Pieces of a table in the order of its key, each with how many records it holds."""
    key = [column.name for column in Base.metadata.tables[name].primary_key]
    statement = sql.records_of(name, key, without=SECRET.get(name, ()))
    rows = await session.stream(statement, execution_options={"yield_per": ROWS_AT_ONCE})
    start = f'{{"table":"{name}","row":'.encode()
    piece, number = bytearray(), 0
    async for (row,) in rows:
        piece += start + row.encode() + b"}\n"
        number += 1
        if len(piece) >= CHUNK:
            yield bytes(piece), number
            piece, number = bytearray(), 0
    if piece:
        yield bytes(piece), number
