"""A span for each statement, below that of the request or the job that sends it. Never with values: they are words."""

from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from assay import tracing

MAX_LENGTH: Final = 2_000
"""Characters of a statement that are told."""


def follow(engine: Engine) -> None:
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _end)
    event.listen(engine, "handle_error", _fail)


def _begin(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
    operation = statement.split(maxsplit=1)[0].upper()
    told = {
        "db__system__name": "postgresql",
        "db__operation__name": operation,
        "db__query__text": statement[:MAX_LENGTH],
    }
    if (span := tracing.begin(operation, **told)) is not None:
        context.span = span


def _end(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
    tracing.end(getattr(context, "span", None))


def _fail(failure: ExceptionContext) -> None:
    tracing.end(getattr(failure.execution_context, "span", None), failure.original_exception)
