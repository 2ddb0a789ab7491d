"""What the plans of PostgreSQL cost, in rows that they touch: told by the server itself, statement by statement."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

TELL = (
    "LOAD 'auto_explain'",
    "SET LOCAL auto_explain.log_min_duration = 0",
    "SET LOCAL auto_explain.log_analyze = on",
    "SET LOCAL auto_explain.log_timing = off",
    "SET LOCAL auto_explain.log_nested_statements = on",
    "SET LOCAL auto_explain.log_format = json",
    "SET LOCAL client_min_messages = log",
)
REMOVED = ("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")


@dataclass(frozen=True)
class Executed:
    statement: str
    plan: dict[str, Any]

    @property
    def rows(self) -> float:
        """That were read, compared or handed on anywhere in the plan."""
        return sum(_rows(node) for node in _nodes(self.plan))

    def __str__(self) -> str:
        worst = max(_nodes(self.plan), key=_rows)
        on = worst.get("Relation Name") or worst.get("CTE Name") or ""
        return f"{self.rows:,.0f} rows, most by {worst['Node Type']} {on}: {' '.join(self.statement.split())[:160]}"


@asynccontextmanager
async def executed(session: AsyncSession) -> AsyncIterator[list[Executed]]:
    """Collects what the transaction executes in the block, the statements of triggers too."""
    found: list[Executed] = []

    def note(diagnostic: Any) -> None:
        words = diagnostic.message_primary or ""
        if "plan:\n" in words:
            document = json.loads(words.split("plan:\n", 1)[1])
            found.append(Executed(document["Query Text"], document["Plan"]))

    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    for each in TELL:
        await session.execute(text(each))
    driver.add_notice_handler(note)
    try:
        yield found
    finally:
        driver.remove_notice_handler(note)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)


def _rows(node: dict[str, Any]) -> float:
    each = node["Actual Rows"] + sum(node.get(name, 0) for name in REMOVED)
    return float(each * max(node["Actual Loops"], 1))
