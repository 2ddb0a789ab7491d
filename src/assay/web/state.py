"""What the requests of one app share."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.engine import Database
from assay.errors import Forbidden
from assay.settings import Settings


@dataclass(frozen=True, slots=True)
class WebState:
    settings: Settings
    database: Database
    nats_url: str


def state(request: Request) -> WebState:
    return cast(WebState, request.app.state.assay)


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """A session of its own for the request, committed before the answer leaves."""
    async with state(request).database.transaction() as session:
        yield session


def from_this_machine(request: Request) -> None:
    """Raises Forbidden unless the request comes over loopback: there are no accounts to tell people apart."""
    if not _is_loopback(request.client.host if request.client else ""):
        raise Forbidden("This is answered only on the machine that Assay runs on.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


State = Annotated[WebState, Depends(state)]
# scope="function": FastAPI would otherwise commit after the answer was sent, and a failed commit would answer 200.
Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
Local = Depends(from_this_machine)
