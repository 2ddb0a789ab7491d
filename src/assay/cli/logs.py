"""Where log lines go, which of them, and in which form."""

import logging
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from assay.errors import covered
from assay.runtime.files import begin_anew

if TYPE_CHECKING:  # slow to import, and most of the shortest commands read none
    from assay.settings import Settings


def log_to_stderr(level: str = "warning", form: str = "text", *, stream: TextIO | None = None) -> None:
    """Lines of this level and above, in colour only for a person: the output of a command belongs to its caller."""
    structlog.configure(
        processors=[
            structlog.stdlib.PositionalArgumentsFormatter(),
            OncePerMinute(),
            *_facts(),
            _without_secrets,
            _renderer(form),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def log_as_server(settings: "Settings") -> None:
    """The log of a process that stays: as the settings say, with what libraries warn of, in a file of bounded size."""
    stream = Bounded.of(settings.assay_home) or sys.stderr
    log_to_stderr(settings.assay_log_level, settings.assay_log_format, stream=stream)
    handler = logging.StreamHandler(stream)
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    rendering = [meta, _without_secrets, _renderer(settings.assay_log_format)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_facts(), processors=rendering))
    logging.root.handlers = [handler]


def _facts() -> list[Processor]:
    """What is known of a line beside its words: the ids of the run or request that it belongs to, level, time."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _without_secrets(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """What libraries say of a failure may quote an address with its password."""
    return {name: covered(value) if isinstance(value, str) else value for name, value in line.items()}


@dataclass(slots=True)
class OncePerMinute:
    """A warning that says the same again waits for its minute, and then says how often it was repeated: what tries
    each second to reach a server that is away would fill the log with it. `clock` in seconds."""

    clock: Callable[[], float] = time.monotonic
    _told: dict[str, tuple[float, int]] = field(default_factory=dict)

    def __call__(self, _logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
        if logging.getLevelNamesMapping().get(method.upper(), 0) < logging.WARNING:
            return line
        at, words = self.clock(), repr(line)
        told_at, repeated = self._told.get(words, (-math.inf, 0))
        if at - told_at < 60:
            self._told[words] = (told_at, repeated + 1)
            raise structlog.DropEvent
        self._told = {each: told for each, told in self._told.items() if at - told[0] < 60}
        self._told[words] = (at, 0)
        return {**line, "repeated": repeated} if repeated else line


class Bounded:
    """Standard error where it is a file in the data folder: it is emptied before it grows too large."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, home: Path) -> "TextIO | None":
        """None where standard error goes elsewhere: whoever made that file looks after it."""
        own = os.fstat(sys.stderr.fileno())
        for path in home.glob("*.log"):
            if os.path.samestat(path.stat(), own):
                return cls(path)  # type: ignore[return-value]  # as much of a stream as a logger needs
        return None

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()
        begin_anew(self._path)
