"""What is the matter with the database, in one sentence that says what to do."""

import re
from pathlib import Path
from typing import Final

from psycopg.errors import DiskFull, InsufficientPrivilege, ReadOnlySqlTransaction, TooManyConnections, UndefinedTable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from assay import disk
from assay.db.engine import TOO_LONG, UNREACHABLE, Database, first_line, took_too_long, waited_for_lock
from assay.errors import Unavailable

NO_ROOM: Final = re.compile("no space left on device|disk quota exceeded|disk full", re.IGNORECASE)
RECOVERS: Final = re.compile(
    "database system is (starting up|shutting down|in recovery mode|not yet accepting connections)"
)
RECOVERING: Final = "The database is starting or recovering from a crash: it answers as soon as that is done."
READ_ONLY: Final = "The database takes no changes, it is read-only: make it writable, or name the primary server."
CROWDED: Final = "The database takes no more connections: raise its max_connections, or run fewer processes."
BUSY: Final = "Too many requests wait for the database: try again in a moment."
HELD: Final = "Others change the same at this moment: nothing was changed, try again in a moment."
AWAY: Final = "The database does not answer"


def known(error: BaseException, home: Path | None = None) -> str | None:
    """The sentence for a trouble that has a name. `home`: the folder of the database, where it is our own.

    The disk is asked first: without room a server may also crash, recover or refuse connections.
    """
    cause, words = getattr(error, "orig", None) or error, str(error)
    if isinstance(cause, DiskFull) or NO_ROOM.search(words) or disk.full(home):
        return disk.full(home) or disk.FULL
    if took_too_long(error):
        return TOO_LONG
    if waited_for_lock(error):
        return HELD
    if RECOVERS.search(words):
        return RECOVERING
    if isinstance(cause, ReadOnlySqlTransaction):
        return READ_ONLY
    if isinstance(cause, TooManyConnections):
        return CROWDED
    if isinstance(cause, InsufficientPrivilege):
        return f"The database refuses it ({first_line(error)}): grant its user everything on the schema."
    if isinstance(cause, UndefinedTable):
        return f"The database lacks what this version needs ({first_line(error)}): bring it up with any command."
    return BUSY if isinstance(error, NoFreeConnection) else None


def explained(error: BaseException, home: Path | None = None) -> str:
    """The same for every error of the database, with its own words where it has no name."""
    if isinstance(error, TimeoutError) and not str(error):
        return f"{AWAY}: nothing came in time."
    return known(error, home) or f"{AWAY}: {first_line(error)}"


def for_everybody(error: BaseException, home: Path | None = None) -> str:
    """The same without the words of the server and the places of our files."""
    named = known(error)
    if named is None or isinstance(getattr(error, "orig", None), InsufficientPrivilege | UndefinedTable):
        return disk.FULL if disk.full(home) else f"{AWAY}."
    return named


def is_trouble(error: BaseException) -> bool:
    """Whether it is the database that is unwell, and not what was asked of it."""
    return isinstance(error, UNREACHABLE) or (isinstance(error, DBAPIError) and known(error) is not None)


async def ensure_well(database: Database, home: Path | None = None) -> None:
    """Raises Unavailable where the database does not answer, or has no room for a change."""
    if sentence := disk.full(home):
        raise Unavailable(sentence)
    try:
        await database.ping()
    except UNREACHABLE as error:
        raise Unavailable(explained(error, home)) from None
