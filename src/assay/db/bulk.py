"""Many rows in one statement, and conditions that find them by an index."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import ARRAY, ColumnElement, any_, literal
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from assay.db import sql
from assay.db.base import Base

CHUNK: Final = 20_000
"""Rows a statement: keeps one document far below the database's limit of 1 GB for a value."""


def as_json(rows: object) -> str:
    """A JSON document of ids, dates, enumerations and plain values."""
    return to_json(rows).decode()


def among(column: InstrumentedAttribute[Any], values: Iterable[object]) -> ColumnElement[bool]:
    """Whether the column holds one of the values: one parameter and one plan, however many there are."""
    return column == any_(literal(list(values), ARRAY(column.type)))


def outright(column: InstrumentedAttribute[Any], value: object) -> ColumnElement[bool]:
    """Whether the column holds the value, which the statement spells out: as the condition of a partial index does."""
    return column == literal(value, column.type, literal_execute=True)


async def insert_rows(session: AsyncSession, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of equal keys. A key left out takes the column's default."""
    if not rows:
        return
    statement = sql.inserted(model.__tablename__, list(rows[0]))
    for start in range(0, len(rows), CHUNK):
        await session.execute(statement, {"rows": as_json(rows[start : start + CHUNK])})


async def update_rows(
    session: AsyncSession,
    model: type[Base],
    rows: Mapping[str, Mapping[str, Any]],
    columns: Sequence[str],
    more: str = "",
) -> None:
    """Gives the rows of these ids new values of the columns. `more`: further assignments; the row is called `t`.

    Each row fetches its own values. A join with them may be planned as one loop within the other.
    """
    statement = sql.updated(model.__tablename__, columns, more)
    await session.execute(statement, {"rows": as_json(rows), "ids": [UUID(each) for each in rows]})
