"""How far the reading of an export is, at a terminal."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from assay.cli.output import errors
from assay.readers.records import IncomingMessage


def counted(messages: Iterable[IncomingMessage], progress: Progress, task: Any) -> Iterator[IncomingMessage]:
    for number, message in enumerate(messages, 1):
        progress.update(task, read=number)
        yield message


def shown_progress(*, silent: bool) -> Progress:
    words = TextColumn("{task.description}: {task.fields[read]:,} messages", markup=False)
    columns = (SpinnerColumn(), words, TimeElapsedColumn())
    return Progress(*columns, console=errors, transient=True, disable=silent or not errors.is_terminal)
