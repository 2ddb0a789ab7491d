"""What a monitor asks."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel

from assay.db import migrate
from assay.errors import Unavailable
from assay.messaging import bus
from assay.web.access import Open, allow
from assay.web.state import State, WebState

router = APIRouter(tags=["health"], dependencies=[allow(Open.EVERYBODY)])


class Alive(BaseModel):
    status: str = "ok"


class Readiness(BaseModel):
    """`ok`, or for each part what is wrong with it, in a sentence."""

    status: str
    database: str
    broker: str
    migrations: str


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> Alive:
    """The process is alive."""
    return Alive()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(state: State, response: Response) -> Readiness:
    """Database, broker and migrations are as they must be."""
    database, broker = await asyncio.gather(_said(state.database.ping()), _said(bus.ping(state.nats_url)))
    migrations = await _said(_migrations(state)) if database == "ok" else "unknown"
    ready = {database, broker, migrations} == {"ok"}
    if not ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Readiness(status="ok" if ready else "unavailable", database=database, broker=broker, migrations=migrations)


async def _migrations(state: WebState) -> None:
    url = state.database.url.render_as_string(hide_password=False)
    current = await asyncio.to_thread(migrate.current, url)
    if not migrate.is_served(current):
        raise Unavailable(f"The database is at revision {current}, this version of Assay needs {migrate.newest()}.")


async def _said(check: Awaitable[object]) -> str:
    try:
        await check
    except Unavailable as error:
        return str(error)
    return "ok"
