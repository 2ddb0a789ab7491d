"""Bringing a database to the newest shape, and back."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from assay.db.engine import driver_url, first_line
from assay.errors import Unavailable

_FOLDER: Final = Path(__file__).parent / "migrations"


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["url"] = driver_url(database_url)
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Runs what is missing. Safe to run twice, and by several processes at once. Raises Unavailable."""
    try:
        command.upgrade(_config(database_url), revision)
    except (OperationalError, ProgrammingError) as error:
        raise Unavailable(f"The database could not be brought to its newest shape: {first_line(error)}") from error


def ensure_newest(database_url: str) -> None:
    """Upgrades only where something is missing, which is cheaper to ask than to do. Raises Unavailable."""
    try:
        found = current(database_url)
    except OperationalError as error:
        raise Unavailable(f"The database does not answer: {first_line(error)}") from error
    if not is_served(found):
        upgrade(database_url)


def is_served(revision: str | None) -> bool:
    """Whether this code works on a database of that revision: on its own, and on that of a newer version beside it."""
    return revision is not None and revision >= newest()


def downgrade(database_url: str, revision: str) -> None:
    command.downgrade(_config(database_url), revision)


def newest() -> str:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(_config("postgresql://")).get_current_head() or ""


def current(database_url: str) -> str | None:
    """The revision the database is at; None before the first migration."""
    engine = create_engine(driver_url(database_url))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
