"""Exports from a browser or a program: uploaded in pieces, looked at, and brought in beside the requests."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Header, Query, Request
from pydantic import Field, StringConstraints

from assay.db.models import Import, Scope
from assay.imports import actions
from assay.imports.actions import MAX_FILE_NAME, MAX_PIECE_BYTES
from assay.readers.export import default_name
from assay.readers.records import MAX_NAME
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import MAX_ID, RequestModel, Text
from assay.web.paging import PageQuery
from assay.web.state import Session, State, WebState
from assay.web.views import imports as views
from assay.web.views.imports import ImportView
from assay.web.views.paging import PageOf

router = APIRouter(prefix="/imports", tags=["imports"], route_class=Route)

Short = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_NAME)]
BYTES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ImportOptions(RequestModel):
    """What the export does not say: how its times, its letters and its format are to be read."""

    format: Short | None = None
    channel: Short | None = None
    author: Short | None = None
    date: Short | None = None
    zone: Short | None = None
    encoding: Short | None = None


class ImportAsked(RequestModel):
    """A file of `size` bytes that is to come. `source`: what its messages are known under; else its name."""

    file_name: Annotated[Text, StringConstraints(min_length=1, max_length=MAX_FILE_NAME)]
    size: Annotated[int, Field(ge=1, le=MAX_ID)]
    source: Short | None = None
    options: ImportOptions = ImportOptions()


class ImportChange(RequestModel):
    """How it is to be read instead. What is left out stays."""

    source: Short | None = None
    options: ImportOptions | None = None


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[allow(Scope.PROPOSE)])
async def create_import(asked: ImportAsked, session: Write, actor: Caller, state: State) -> ImportView:
    """Announce an upload. Then send its bytes with `PATCH .../content`, and wait for the state `checked`."""
    most = state.settings.assay_upload_megabytes * 2**20
    source = asked.source or default_name(Path("/", asked.file_name))
    options = asked.options.model_dump()
    made = await actions.create(
        session, file_name=asked.file_name, size=asked.size, most=most, source=source, options=options, actor=actor
    )
    state.imports.uploads.refuse_too_large(asked.size)
    return ImportView.of(made)


@router.patch(
    "/{import_id}/content",
    responses=documented(404),
    dependencies=[allow(Scope.PROPOSE)],
    max_body_size=MAX_PIECE_BYTES,
    openapi_extra=BYTES,
)
async def send_content(
    import_id: UUID,
    request: Request,
    session: Write,
    actor: Caller,
    state: State,
    after: BackgroundTasks,
    upload_offset: Annotated[int, Header(ge=0, le=MAX_ID, description="How many bytes came before these.")],
) -> ImportView:
    """Send the next bytes, 8 MiB at most. Where they are not the next ones, 409 says from where: `received`."""
    content = await request.body()
    found = await actions.receive(
        session, import_id, offset=upload_offset, content=content, uploads=state.imports.uploads, actor=actor
    )
    return _answer(found, state, after)


@router.get("", dependencies=[allow(Scope.READ)])
async def list_imports(asked: Annotated[PageQuery, Query()], session: Session, actor: Caller) -> PageOf[ImportView]:
    """One's own imports, an admin's all, the newest first. Their previews are in each one alone."""
    return await views.page(session, after=asked.after, limit=asked.limit, actor=actor)


@router.get("/{import_id}", responses=documented(404), dependencies=[allow(Scope.READ)])
async def get_import(import_id: UUID, session: Session, actor: Caller) -> ImportView:
    """What was understood of an export, how far it is, and what came of it. Ask again while it is under way."""
    return await views.one(session, import_id, actor=actor)


@router.patch("/{import_id}", responses=documented(404), dependencies=[allow(Scope.PROPOSE)])
async def change_import(
    import_id: UUID, asked: ImportChange, session: Write, actor: Caller, state: State, after: BackgroundTasks
) -> ImportView:
    """Say otherwise how an export is to be read. It is looked at anew."""
    options = asked.options.model_dump() if asked.options else None
    found = await actions.amend(session, import_id, source=asked.source, options=options, actor=actor)
    return _answer(found, state, after)


@router.post(
    "/{import_id}/start",
    status_code=HTTPStatus.ACCEPTED,
    responses=documented(404),
    dependencies=[allow(Scope.PROPOSE)],
)
async def start_import(
    import_id: UUID, session: Write, actor: Caller, state: State, after: BackgroundTasks
) -> ImportView:
    """Bring in what the preview shows, or go on with an import that failed. It survives a restart."""
    return _answer(await actions.start(session, import_id, actor=actor), state, after)


@router.post("/{import_id}/cancel", responses=documented(404), dependencies=[allow(Scope.PROPOSE)])
async def cancel_import(
    import_id: UUID, session: Write, actor: Caller, state: State, after: BackgroundTasks
) -> ImportView:
    """End an import and delete its file. Messages that came in before stay."""
    found = await actions.cancel(session, import_id, actor=actor)
    after.add_task(state.imports.uploads.drop, found.id)
    return _answer(found, state, after)


def _answer(found: Import, state: WebState, after: BackgroundTasks) -> ImportView:
    after.add_task(state.imports.wake)  # behind the commit
    return ImportView.of(found)
