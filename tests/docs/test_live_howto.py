"""The example of the how-to runs as it is printed, also while Assay is started anew."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
from tests.builders import draft, propose
from tests.docs.pages import DOCS
from tests.patience import PATIENCE, until
from tests.web.live_helpers import reading_key, relaying

from assay.settings import Settings
from assay.web.app import create_app
from assay.web.server import make_server

pytestmark = pytest.mark.anyio
PAGE = (DOCS / "howto" / "follow-live-events.md").read_text()


@asynccontextmanager
async def running(database_url, nats_url, port=0):
    listener = socket.create_server(("127.0.0.1", port))
    app = create_app(Settings(), database_url, nats_url)
    server = make_server(app)
    serving = asyncio.create_task(server.serve([listener]))
    await until(lambda: server.started and app.state.assay.hub.begun)
    try:
        yield app.state.assay.hub, listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def test_the_example_misses_nothing_while_the_app_is_started_anew(database, database_url, nats_url):
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    key = await reading_key(database_url)
    async with relaying(database, nats_url):
        async with running(database_url, nats_url) as (hub, port):
            url = {"URL": f"http://127.0.0.1:{port}", "KEY": key, "NO_PROXY": "*"}
            example = await asyncio.create_subprocess_exec(
                sys.executable, "-c", code, env={**os.environ, **url}, stdout=subprocess.PIPE
            )
            assert example.stdout
            await until(lambda: bool(hub.clients))
            await propose(database, [draft(title="Before")])
            lines = [await asyncio.wait_for(example.stdout.readline(), PATIENCE)]
        await propose(database, [draft(title="Meanwhile")])
        async with running(database_url, nats_url, port):
            await propose(database, [draft(title="After")])
            lines += [await asyncio.wait_for(example.stdout.readline(), PATIENCE) for _ in range(2)]
            example.kill()
            await example.wait()
    assert [line.split(b" ")[0] for line in lines] == [b"proposal.created"] * 3
    assert [title in line for title, line in zip((b"Before", b"Meanwhile", b"After"), lines, strict=True)] == [True] * 3
