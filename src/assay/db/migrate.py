"""Bringing a database to the newest shape, and back."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import create_engine
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db import sql
from assay.db.engine import driver_url, first_line
from assay.db.troubles import RECOVERS, explained, known
from assay.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

PAUSE_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)

_FOLDER: Final = Path(__file__).parent / "migrations"


def _config(database_url: str) -> "Config":
    from alembic.config import Config  # slow to import, and nearly every database is in its newest shape

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["url"] = driver_url(database_url)
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Runs what is missing. Safe to run twice, and by several processes at once. Raises Unavailable."""
    from alembic import command

    try:
        command.upgrade(_config(database_url), revision)
    except (OperationalError, ProgrammingError, InternalError) as error:
        reason = known(error) or first_line(error)
        raise Unavailable(f"The database could not be brought to its newest shape: {reason}") from error


def ensure_newest(database_url: str) -> None:
    """Upgrades only where something is missing, which is cheaper to ask than to do. Raises Unavailable."""
    try:
        found = current(database_url)
    except (OperationalError, ProgrammingError, InternalError) as error:
        raise Unavailable(explained(error)) from error
    if not is_served(found):
        upgrade(database_url)


def await_newest(database_url: str) -> None:
    """The same for a process that stays: it waits while PostgreSQL starts or recovers, and says so once."""
    told = False
    while True:
        try:
            ensure_newest(database_url)
        except Unavailable as error:
            if not ((told and isinstance(error.__cause__, OperationalError)) or RECOVERS.search(str(error.__cause__))):
                raise
            if not told:
                log.warning("waiting_for_servers", what="the database", reason=str(error))
                told = True
            time.sleep(PAUSE_SECONDS)
        else:
            return


def is_served(revision: str | None) -> bool:
    """Whether this code works on a database of that revision: on its own, and on that of a newer version beside it."""
    return revision is not None and revision >= newest()


def downgrade(database_url: str, revision: str) -> None:
    from alembic import command

    command.downgrade(_config(database_url), revision)


def newest() -> str:
    """The revision this code was written for: migrations are numbered, and the number begins the name of the file."""
    return max(each.name.partition("_")[0] for each in _FOLDER.glob("versions/[0-9]*.py"))


async def revision(session: AsyncSession) -> str | None:
    """The revision the database is at; None before the first migration."""
    return await session.scalar(sql.REVISION) if await session.scalar(sql.IS_MIGRATED) else None


def current(database_url: str) -> str | None:
    """The revision the database is at; None before the first migration."""
    engine = create_engine(driver_url(database_url))
    try:
        with engine.connect() as connection:
            return connection.scalar(sql.REVISION) if connection.scalar(sql.IS_MIGRATED) else None
    finally:
        engine.dispose()
