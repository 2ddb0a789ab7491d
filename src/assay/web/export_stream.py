"""Whole lists as files, streamed: one page in memory, however long the list.

Each page is read in a transaction of its own, for a slow reader must hold no connection. So a file is not the list of
one moment: what changes its place in the order meanwhile may be left out, or be in it twice.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final

import structlog
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Receive, Scope, Send

from assay.db.engine import Database
from assay.db.troubles import explained, is_trouble

log = structlog.get_logger(__name__)

PAGE: Final = 200
CHUNK: Final = 256 * 1024
"""So many bytes go out at once, or one line where that is longer."""
FORMULA: Final = re.compile(r"^(?=[=+\-@\t\r＝＋－＠])|(?<=[;\t\r\n])(?=[=+@＝＋－＠]|-(?! ))")
"""Where a cell begins that a spreadsheet would carry out: also behind what separates cells where it is set to German or
French."""


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


MEDIA_TYPES: Final = {Format.JSONL: "application/x-ndjson", Format.CSV: "text/csv; charset=utf-8"}
_TEXT: Final = {"schema": {"type": "string"}}
DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/x-ndjson": _TEXT, "text/csv": _TEXT}, "description": "The list, a line each"}
}
"""How such an answer stands in the OpenAPI document."""

Read = Callable[[AsyncSession, Any, int], Awaitable[tuple[Sequence[BaseModel], Any]]]
"""So many rows after a place (None: from the beginning), and where the next begin; None behind the last."""


class File(StreamingResponse):
    """An answer that is cut off where the database gives up on the way: it has no end, so nobody takes it for whole."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except Exception as error:
            if not is_trouble(error):
                raise
            log.warning("export_broken_off", reason=explained(error))


async def as_file(
    database: Database, view: type[BaseModel], read: Read, wanted: Format, name: str
) -> StreamingResponse:
    """The answer to a request for a file. `view`: what its rows are. Raises what the first page does."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{wanted}"'}
    written = await _begun(chunks(database, view, read, wanted))
    return File(written, media_type=MEDIA_TYPES[wanted], headers=headers)


async def _begun(written: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same, once the first of it is there."""
    first = await anext(written, b"")

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for each in written:
            yield each

    return whole()


async def chunks(database: Database, view: type[BaseModel], read: Read, wanted: Format) -> AsyncIterator[bytes]:
    columns = list(view.model_fields)
    head = [csv_line(columns)] if wanted is Format.CSV else []
    async for rows in _pages(database, read):
        for chunk in _joined([*head, *(_line(row, columns, wanted) for row in rows)]):
            yield chunk
        head = []


async def _pages(database: Database, read: Read) -> AsyncIterator[Sequence[BaseModel]]:
    after = None
    while True:
        async with database.transaction() as session:
            rows, after = await read(session, after, PAGE)
        yield rows
        if after is None:
            return


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    chunk = bytearray()
    for line in lines:
        if chunk and len(chunk) + len(line) > CHUNK:
            yield bytes(chunk)
            chunk.clear()
        chunk += line
    if chunk:
        yield bytes(chunk)


def _line(row: BaseModel, columns: Sequence[str], wanted: Format) -> bytes:
    if wanted is Format.JSONL:
        return to_json(row) + b"\n"
    cells = row.model_dump(mode="json")
    return csv_line([_cell(cells[column]) for column in columns])


def csv_line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    """As text. What a spreadsheet would take for a formula is made plain by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, str):
        return FORMULA.sub("'", value)
    packed = to_json(value).decode()
    return FORMULA.sub("'", packed) if isinstance(value, list | dict) else packed
