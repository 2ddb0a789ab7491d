"""The statements on any table that no expression says, and those on the server itself."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import TextClause, text


# Raw: rows as JSON, whose types are those of the table.
def inserted(table: str, columns: Sequence[str]) -> TextClause:
    names = ", ".join(columns)
    return text(f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, :rows)")


# Raw: each row fetches its own values from JSON.
def updated(table: str, columns: Sequence[str], more: str) -> TextClause:
    names = ", ".join(columns)
    return text(f"""
        UPDATE {table} t SET {more} ({names}) = (
            SELECT {names} FROM jsonb_populate_record(NULL::{table}, CAST(:rows AS jsonb) -> t.id::text))
        WHERE t.id = ANY(:ids)""")


# Raw: a join with the rows of an array.
def ending_in(table: str) -> TextClause:
    return text(f"""
        SELECT typed.part, array_agg(DISTINCT p.id) FROM unnest(CAST(:parts AS text[])) AS typed (part)
        JOIN {table} p ON right(p.id::text, length(typed.part)) = typed.part GROUP BY typed.part""")


# Raw: catalogues and commands of the server, which no model describes.
IS_MIGRATED: Final = text("SELECT to_regclass('alembic_version') IS NOT NULL")
REVISION: Final = text("SELECT version_num FROM alembic_version")
NUMBER_OF_DATABASE: Final = text("SELECT oid FROM pg_database WHERE datname = current_database()")


def database_created(name: str) -> TextClause:
    return text(f"CREATE DATABASE {name} TEMPLATE template0")


def database_dropped(name: str) -> TextClause:
    return text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def listen(channel: str) -> TextClause:
    return text(f"LISTEN {channel}")


EXPLAIN: Final = "EXPLAIN (FORMAT JSON)"
SET_FOR_CONNECTION: Final = "SELECT set_config(%s, %s, false)"
"""For the driver: it is sent before SQLAlchemy has the connection."""
