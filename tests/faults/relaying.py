"""A relay as a process of its own. With `die` it kills itself when it is about to send for the first time."""

import asyncio
import os
import signal
import sys

from assay.db.engine import Database
from assay.messaging import relay


async def die(*_anything: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


database_url, nats_url, *wish = sys.argv[1:]
if wish == ["die"]:
    relay._send = die  # type: ignore[assignment]
asyncio.run(relay.relay(Database(database_url), nats_url))
