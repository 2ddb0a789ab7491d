"""What the planner of PostgreSQL expects of a query, by its statistics and without running it."""

from typing import Any

from sqlalchemy import ClauseElement, Executable, Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class Explain(Executable, ClauseElement):
    """EXPLAIN of a query, with its parameters."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(Explain)
def _compiled(element: Explain, compiler: SQLCompiler, **rest: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **rest)}"


async def estimated_rows(session: AsyncSession, query: Select[Any]) -> int:
    """How many rows it will have, about."""
    plans: Any = await session.scalar(Explain(query))
    return int(plans[0]["Plan"]["Plan Rows"])
