"""What a monitor asks."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from assay import disk
from assay.db import migrate, troubles
from assay.db.engine import CONNECT_TIMEOUT_SECONDS
from assay.errors import Unavailable
from assay.messaging import nats
from assay.web.auth import Open, allow
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
    well = troubles.ensure_well(state.connections.monitors, state.settings.own_database)
    database, broker, migrations = await asyncio.gather(
        _status(well, state),
        _status(nats.ping(state.nats_url), state),
        _status(_migrations(state), state),
    )
    ready = {database, broker, migrations} == {"ok"}
    if not ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Readiness(status="ok" if ready else "unavailable", database=database, broker=broker, migrations=migrations)


async def _migrations(state: WebState) -> None:
    async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS), state.connections.monitors.transaction() as session:
        current = await migrate.revision(session)
    if not migrate.is_served(current):
        raise Unavailable(f"The database is at revision {current}, this version of Assay needs {migrate.newest()}.")


async def _status(check: Awaitable[object], state: WebState) -> str:
    """Whatever goes wrong is a sentence of the document."""
    try:
        await check
    except Unavailable as error:
        return _public(str(error), state)
    except (SQLAlchemyError, OSError) as error:
        return _public(troubles.explained(error, state.settings.own_database), state)
    return "ok"


def _public(sentence: str, state: WebState) -> str:
    """Anybody may ask, and where our folders are is not for everybody."""
    state.refusals.note(sentence)
    return disk.FULL if sentence == disk.full(state.settings.own_database) else sentence
