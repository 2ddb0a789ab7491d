"""Everything, or all that is known, as one file. It is written on the disk first: a slow reader holds no connection."""

import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum
from typing import IO, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from assay.db.engine import Database
from assay.db.models import Scope
from assay.export import jsonld, markdown, records
from assay.web.auth import Caller, Guarded, allow
from assay.web.export_stream import CHUNK
from assay.web.state import State


async def counted(state: State, actor: Caller) -> AsyncIterator[None]:
    """Holds the one export that a user may have under way, until its last byte is sent. Raises TooMany."""
    with state.exports.counted(actor.user_id):
        yield


router = APIRouter(prefix="/export", tags=["export"], route_class=Guarded)
one_at_a_time: Final = Depends(counted, scope="request")

BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
OBJECT: Final = {"schema": {"type": "object"}}
IN_MEMORY: Final = 2**20


class KnowledgeFormat(StrEnum):
    MARKDOWN = "markdown"
    JSONLD = "jsonld"


def _documented(content: dict[str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": content, "description": "The file"}}


@router.get(
    "/records",
    response_class=StreamingResponse,
    responses=_documented({"application/x-ndjson": BINARY}),
    dependencies=[allow(Scope.ADMIN), one_at_a_time],
)
async def export_records(state: State) -> StreamingResponse:
    """Everything as JSON lines, which `assay restore` brings back. No password or token is in it."""
    async with state.export_turns:
        file = await _spooled(records.lines(state.imports.database))
    return _answer(file, "application/x-ndjson", "assay.jsonl")


@router.get(
    "/knowledge",
    response_class=StreamingResponse,
    responses=_documented({"application/zip": BINARY, "application/ld+json": OBJECT}),
    dependencies=[allow(Scope.READ), one_at_a_time],
)
async def export_knowledge(state: State, format: KnowledgeFormat = KnowledgeFormat.MARKDOWN) -> StreamingResponse:  # noqa: A002
    """All approved topics and atoms with their quotes: a zip of Markdown that opens in Obsidian, or JSON-LD."""
    database = state.imports.database
    async with state.export_turns:
        if format is KnowledgeFormat.JSONLD:
            return _answer(await _spooled(jsonld.pieces(database)), "application/ld+json", "assay.jsonld")
        return _answer(await _zipped(database), "application/zip", "assay.zip")


async def _spooled(pieces: AsyncIterator[bytes]) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the answer closes it
    async for piece in pieces:
        file.write(piece)
    return file


async def _zipped(database: Database) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        async for each in markdown.files(database):
            archive.writestr(each.name, each.text)
    return file


def _answer(file: IO[bytes], kind: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_read(file), media_type=kind, headers=headers)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece
