"""A database beside ours, for what may not touch ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from assay.db import migrate, sql
from assay.db.engine import Database
from assay.db.locks import held
from assay.errors import Conflict, Unavailable

NAME: Final = "assay_scratch_of_"
LOCK: Final = "scratch database"
TAKEN: Final = "Another process measures on the scratch database at this moment: wait until it has ended."
NOT_ALLOWED: Final = (
    "Measuring needs a database of its own, and this user of PostgreSQL may not make one: "
    "ALTER ROLE its_name CREATEDB, or leave DATABASE_URL away."
)


@asynccontextmanager
async def scratch_database(database: Database) -> AsyncIterator[str]:
    """The URL of an empty database on the same server, in the newest shape, dropped at the end of the block.

    There is one beside each database, so what a killed process left is dropped by the next that needs one.
    Raises Conflict while another process has it, Unavailable where the server lets us make none.
    """
    async with held(database.engine, LOCK) as won, database.engine.connect() as connection:
        if not won:
            raise Conflict(TAKEN)
        server = await connection.execution_options(isolation_level="AUTOCOMMIT")
        own = await server.scalar(sql.NUMBER_OF_DATABASE)
        name = f"{NAME}{own}"
        await _drop(server, name)
        try:
            await _create(server, name)
            url = database.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
            await asyncio.to_thread(migrate.upgrade, url)
            yield url
        finally:
            await _drop(server, name)


async def _create(server: AsyncConnection, name: str) -> None:
    try:
        await server.execute(sql.database_created(name))
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise Unavailable(NOT_ALLOWED) from error
        raise


async def _drop(server: AsyncConnection, name: str) -> None:
    await server.execute(sql.database_dropped(name))
