"""Whole lists as files, streamed: one page in memory, however long the list.

Each page is read in a transaction of its own, for a slow reader must hold no connection. So a file is not the list of
one moment: what changes its place in the order meanwhile may be left out, or be in it twice.
"""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_core import to_json

from assay.db.models import Scope
from assay.kinds import TRAITS
from assay.proposals import listing
from assay.proposals.filters import Sort
from assay.web.access import allow
from assay.web.api.v1.filters import ProposalFilter
from assay.web.api.v1.shapes import SHAPES, Shapes
from assay.web.state import State, WebState

PAGE: Final = 200
CHUNK: Final = 256 * 1024
"""So many bytes go out at once, or one line where that is longer."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would carry out."""


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


MEDIA_TYPES: Final = {Format.JSONL: "application/x-ndjson", Format.CSV: "text/csv; charset=utf-8"}


class ExportQuery(ProposalFilter):
    sort: Sort = Sort.OLDEST
    format: Format = Format.JSONL


def router_for(shapes: Shapes) -> APIRouter:
    kind, plural = shapes.kind, TRAITS[shapes.kind].plural
    router = APIRouter(prefix=f"/knowledge/{plural}/proposals", tags=[f"{kind} proposals"])
    content: Any = {"application/x-ndjson": {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}}

    @router.get(
        "/export",
        name=f"export_{kind}_proposals",
        response_class=StreamingResponse,
        responses={200: {"content": content, "description": "The list, a line each"}},
        dependencies=[allow(Scope.READ)],
    )
    async def export(query: Annotated[ExportQuery, Query()], state: State) -> StreamingResponse:
        """All that fit, as JSON lines or CSV."""
        lines = _lines(state, shapes, query)
        name = f"{kind}-proposals.{query.format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(lines, media_type=MEDIA_TYPES[query.format], headers=headers)

    return router


async def _lines(state: WebState, shapes: Shapes, query: ExportQuery) -> AsyncIterator[bytes]:
    columns = list(shapes.view.model_fields)
    if query.format is Format.CSV:
        yield csv_line(columns)
    async for rows in _pages(state, shapes, query):
        for chunk in _joined(_line(row, columns, query.format) for row in rows):
            yield chunk


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    chunk = bytearray()
    for line in lines:
        if chunk and len(chunk) + len(line) > CHUNK:
            yield bytes(chunk)
            chunk.clear()
        chunk += line
    if chunk:
        yield bytes(chunk)


async def _pages(state: WebState, shapes: Shapes, query: ExportQuery) -> AsyncIterator[Sequence[BaseModel]]:
    wanted, after = query.of(shapes.kind), None
    while True:
        async with state.database.transaction() as session:
            found = await listing.page(session, wanted, sort=query.sort, after=after, limit=PAGE)
            rows = [shapes.view.model_validate(each) for each in found.items]
        yield rows
        if (after := found.rest) is None:
            return


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
        return f"'{value}" if value.startswith(FORMULA) else value
    return to_json(value).decode()


routers = [router_for(each) for each in SHAPES]
