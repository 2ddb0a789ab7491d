"""Where log lines go, and which of them."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from assay.errors import covered


def log_to_stderr(level: str = "warning") -> None:
    """Lines of this level and above, in colour only for a person: the output of a command belongs to its caller."""
    structlog.configure(
        processors=[
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_secrets,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_secrets(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """What libraries say of a failure may quote an address with its password."""
    return {name: covered(value) if isinstance(value, str) else value for name, value in line.items()}
