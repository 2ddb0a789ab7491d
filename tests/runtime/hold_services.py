"""Run as a process of its own: hold the services of the data folder argv[1] until standard input closes.

With a user id as argv[2] it becomes that user first. That is done here, after all imports, because an interpreter below
/root is out of reach for others.

Says on standard output where they are, then why they were lost or that they were let go.
"""

import importlib.metadata
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psycopg  # noqa: F401  # the servers need it, and import it late
import structlog

import assay.runtime.supervisor  # noqa: F401  # the services need it, and import it late
from assay.errors import AssayError
from assay.runtime.services import Services, services
from assay.settings import Settings


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if len(sys.argv) > 2:
        become(int(sys.argv[2]))
    settings = Settings.model_validate({"assay_home": Path(sys.argv[1])})
    try:
        with services(settings) as found:
            hold(found)
    except AssayError as error:
        say(error=type(error).__name__, sentence=str(error))
    else:
        say(stopped=True)


def become(user: int) -> None:
    importlib.metadata.version("assay")  # what these import, they import at their first call
    importlib.metadata.files("assay")
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def hold(found: Services) -> None:
    with suppress(KeyboardInterrupt):
        say(database_url=found.database_url, nats_url=found.nats_url, owned=found.owned)
        sys.stdin.read()


def say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
