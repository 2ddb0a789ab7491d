"""What the schema promises, looked up in the rows: a restored or damaged database may not keep it."""

from collections.abc import Iterator
from typing import Final, TypeVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql

from assay.db.base import Base
from assay.fsck.invariant import Invariant

Promise = TypeVar("Promise", ForeignKeyConstraint, CheckConstraint)

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]


def promised() -> list[Invariant]:
    """An invariant for each kind of promise and table that makes it."""
    return [each for table in Base.metadata.sorted_tables for each in _of(table)]


def _of(table: Table) -> Iterator[Invariant]:
    if orphans := [_orphans(table, each) for each in _sorted(table, ForeignKeyConstraint)]:
        yield Invariant(f"no-orphan-{table.name}", f"What {table.name} names is there.", " UNION ALL ".join(orphans))
    if checks := [_against(table, each) for each in _sorted(table, CheckConstraint)]:
        yield Invariant(f"checks-{table.name}", f"The rows of {table.name} fit together.", " UNION ALL ".join(checks))
    yield Invariant(
        f"unique-{table.name}", f"No two rows of {table.name} have one key.", " UNION ALL ".join(_doubles(table))
    )


def _sorted(table: Table, kind: type[Promise]) -> list[Promise]:
    return sorted((each for each in table.constraints if isinstance(each, kind)), key=lambda each: str(each.name))


def _orphans(table: Table, key: ForeignKeyConstraint) -> str:
    pairs = [(each.parent.name, each.column.name) for each in key.elements]
    there = " AND ".join(f"o.{far} = t.{near}" for near, far in pairs)
    named = " AND ".join(f"t.{near} IS NOT NULL" for near, _ in pairs)
    return (
        f"SELECT {_id(table)} AS id, '{pairs[0][0]} ' || t.{pairs[0][0]} || ' is gone' AS why FROM {table.name} t "
        f"WHERE {named} AND NOT EXISTS (SELECT FROM {key.referred_table.name} o WHERE {there})"
    )


def _against(table: Table, check: CheckConstraint) -> str:
    return f"SELECT {_id(table)} AS id, 'against {check.name}' AS why FROM {table.name} t WHERE NOT ({check.sqltext})"


def _doubles(table: Table) -> Iterator[str]:
    """A scan of the rows, never of the index that may be damaged: the columns are compared as texts."""
    keys = [each for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)]
    found = [(str(each.name), [column.name for column in each.columns], "") for each in keys]
    found += [
        (str(each.name), [column.name for column in each.columns], _where(each))
        for each in table.indexes
        if each.unique
    ]
    for name, columns, where in sorted(found):
        parts = ", ".join(f"t.{column}::text" for column in columns)
        filled = " AND ".join(f"t.{column} IS NOT NULL" for column in columns)
        yield (
            f"SELECT concat_ws(' ', {parts}) AS id, count(*) || ' rows in {name}' AS why FROM {table.name} t "
            f"WHERE {filled}{where} GROUP BY {parts} HAVING count(*) > 1"
        )


def _where(index: Index) -> str:
    condition = index.dialect_options["postgresql"]["where"]
    return "" if condition is None else f" AND ({condition.compile(dialect=_DIALECT)})"


def _id(table: Table) -> str:
    return "concat_ws(' ', " + ", ".join(f"t.{column.name}" for column in table.primary_key.columns) + ")"
