"""What the requests of one app share."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from assay.db.engine import Database
from assay.jobs.tools import Tools
from assay.messaging.hub import Hub
from assay.settings import Settings
from assay.web.refusals import Refusals
from assay.web.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class WebState:
    settings: Settings
    database: Database
    nats_url: str
    tools: Tools
    """The models, which load at their first use."""
    hub: Hub
    telemetry: Telemetry
    refusals: Refusals


def state(connection: HTTPConnection) -> WebState:
    return cast(WebState, connection.app.state.assay)


async def transaction(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """A session of its own for the request, committed before the answer leaves."""
    async with state(connection).database.transaction() as session:
        yield session


State = Annotated[WebState, Depends(state)]
# scope="function": FastAPI would otherwise commit after the answer was sent, and a failed commit would answer 200.
Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
