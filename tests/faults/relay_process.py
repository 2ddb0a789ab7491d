"""A relay as a process of its own.

With `die` it kills itself when it is about to send for the first time, with `hang` it stops in its first transaction
that publishes something.
"""

import asyncio
import os
import signal
import sys
from typing import Any

from assay.cli.logs import log_to_stderr
from assay.db.engine import Database
from assay.messaging import outbox, relay


async def die(*_anything: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def hang(*args: Any, **more: Any) -> list[outbox.Frame] | None:
    if frames := await publish(*args, **more):
        outbox.publish = publish
        os.kill(os.getpid(), signal.SIGSTOP)
    return frames


publish = outbox.publish
database_url, nats_url, *wish = sys.argv[1:]
if wish == ["die"]:
    relay._send = die  # type: ignore[assignment]
if wish == ["hang"]:
    outbox.publish = hang
log_to_stderr()
asyncio.run(relay.relay(Database(database_url), nats_url))
