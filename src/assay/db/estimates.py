"""What the planner of PostgreSQL expects of a query, by its statistics and without running it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, Executable, Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from assay.db import sql


class Explain(Executable, ClauseElement):
    """EXPLAIN of a query, with its parameters."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(Explain)
def _compiled(element: Explain, compiler: SQLCompiler, **rest: Any) -> str:
    return f"{sql.EXPLAIN} {compiler.process(element.query, **rest)}"


@dataclass(frozen=True, slots=True)
class Estimate:
    rows: int
    cost: float
    """In the planner's units: to read a page of 8 KB in order is 1."""


async def estimated(session: AsyncSession, query: Select[Any]) -> Estimate:
    plans: Any = await session.scalar(Explain(query))
    plan = plans[0]["Plan"]
    return Estimate(int(plan["Plan Rows"]), float(plan["Total Cost"]))
