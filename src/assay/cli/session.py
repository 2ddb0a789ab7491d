"""What every command needs: servers that run, a database in its newest shape, what the jobs depend on."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from assay import settings as configuration
from assay.accounts.actions import OPERATOR, ensure_user
from assay.audit.actor import Actor
from assay.db import migrate, troubles
from assay.db.engine import Database
from assay.db.models import Via
from assay.errors import InvalidInput, Unavailable
from assay.runtime.services import Services, services

if TYPE_CHECKING:
    from assay.queue.deps import Deps

Result = TypeVar("Result")


@contextmanager
def ready(*, for_clients: bool = False) -> Iterator[Services]:
    """Servers for the length of the block: those that run already, or else our own, stopped at the end.

    `for_clients`: they run for others, not for the block alone.
    """
    with services(configuration.load(), for_clients=for_clients) as found:
        (migrate.await_newest if for_clients else migrate.ensure_newest)(found.database_url)
        yield found


def with_deps(act: "Callable[[Deps], Awaitable[Result]]") -> Result:
    """Runs `act` on ready servers."""
    from assay.queue.deps import make_deps  # slow to import, and most commands only read or change the database

    with ready() as found:
        deps = make_deps(configuration.load(), found.database_url)
        return asyncio.run(closing(deps.database, act(deps)))


def with_database(act: Callable[[Database], Awaitable[Result]]) -> Result:
    """Runs `act` on a ready database."""
    return with_servers(lambda database, _: act(database))


def with_servers(act: Callable[[Database, str], Awaitable[Result]]) -> Result:
    """Runs `act` on a ready database and the address of the broker."""
    with ready() as found:
        return _on_servers(found, act)


def with_servers_as_they_are(act: Callable[[Database, str], Awaitable[Result]]) -> Result:
    """Runs `act` even though a server may be away: to say so is its purpose."""
    with services(configuration.load()) as found:
        return _on_servers(found, act)


async def operator(database: Database) -> Actor:
    """The person at this terminal, by the name of the login."""
    async with database.transaction() as session:
        return await operator_in(session)


async def operator_in(session: AsyncSession) -> Actor:
    """The same, within a transaction."""
    actor = await ensure_user(session, f"{OPERATOR}{getpass.getuser()}")
    return replace(actor, via=Via.COMMAND_LINE, is_admin=True)


async def as_operator(database: Database, change: Callable[[AsyncSession, Actor], Awaitable[Result]]) -> Result:
    """Carries out a change in one transaction, signed by the person at this terminal."""
    actor = await operator(database)
    async with database.transaction() as session:
        return await change(session, actor)


def _on_servers(found: Services, act: Callable[[Database, str], Awaitable[Result]]) -> Result:
    database = Database(found.database_url)
    return asyncio.run(closing(database, act(database, found.nats_url)))


async def closing(database: Database, act: Awaitable[Result]) -> Result:
    """Does it, says in a sentence what the database did not do, and lets go of the database."""
    try:
        return await act
    except UnicodeEncodeError as error:
        raise InvalidInput(f"{error.object[:60]!a} is not UTF-8: encode it as UTF-8.") from None
    except SQLAlchemyError as error:
        if not troubles.is_trouble(error):
            raise
        raise Unavailable(troubles.explained(error, configuration.load().own_database)) from error
    finally:
        await database.close()
