"""Live events with real processes: kill what carries them, and no client misses an event or gets one twice."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic_core import from_json
from tests.builders import scalar
from tests.faults import helpers
from tests.faults.helpers import address_of
from tests.messaging.helpers import recover
from tests.patience import PATIENCE, until
from tests.web.helpers import bearer
from tests.web.live_helpers import reading_key
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from assay.db.engine import Database
from assay.messaging.outbox import POSITION

pytestmark = pytest.mark.anyio


class Watcher:
    """A client that comes back, to whichever address answers, and asks for what followed."""

    def __init__(self, key: str, *addresses: str) -> None:
        self.key, self.addresses, self.connections = key, addresses, 0
        self.ids: list[int] = []

    async def watch(self) -> None:
        while True:
            for address in self.addresses:
                with contextlib.suppress(ConnectionClosed, OSError, EOFError):
                    await self._listen(f"ws://{address}/api/v1/ws?since={self.ids[-1] if self.ids else 0}")
            await asyncio.sleep(0.05)

    async def _listen(self, url: str) -> None:
        key = bearer(self.key)
        async with connect(
            url, proxy=None, additional_headers=key, open_timeout=PATIENCE, ping_timeout=PATIENCE
        ) as client:
            self.connections += 1
            async for message in client:
                if (frame := from_json(message))["type"] != POSITION:
                    self.ids.append(frame["id"])


@contextlib.contextmanager
def ended(*processes: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        for each in processes:
            each.kill()
            each.communicate()


async def seen(watchers: list[Watcher], number: int) -> None:
    await until(lambda: all(len(each.ids) >= number for each in watchers))


async def test_clients_of_a_killed_process_go_on_at_the_other_and_miss_nothing(
    database, database_url, nats_url, tmp_path
):
    urls = {"DATABASE_URL": database_url, "NATS_URL": nats_url}
    apis = [helpers.start(tmp_path, "api", "--port", "0", **urls) for _ in range(2)]
    relays = [helpers.start(tmp_path, database_url, nats_url, module="tests.faults.relay_process") for _ in range(2)]
    with ended(*apis, *relays):
        one, other = [await address_of(each) for each in apis]
        key = await reading_key(database_url)
        watchers = [Watcher(key, *order) for order in ((one, other), (other, one)) * 5]
        watching = [asyncio.create_task(each.watch()) for each in watchers]
        await recover(database, *["before"] * 20)
        await seen(watchers, 20)
        for kill in (apis[0], relays[0]):
            coming = asyncio.create_task(recover(database, *["meanwhile"] * 40))
            kill.kill()
            await coming
        await seen(watchers, 100)
        for each in watching:
            each.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    assert {tuple(each.ids) for each in watchers} == {tuple(range(1, 101))}
    assert [each.connections for each in watchers] == [2, 1] * 5


async def test_a_relay_killed_between_the_numbers_and_the_broker_loses_nothing(
    database, database_url, nats_url, tmp_path
):
    urls = {"DATABASE_URL": database_url, "NATS_URL": nats_url}
    api = helpers.start(tmp_path, "api", "--port", "0", **urls)
    dying = helpers.start(tmp_path, database_url, nats_url, "die", module="tests.faults.relay_process")
    with ended(api, dying):
        watcher = Watcher(await reading_key(database_url), await address_of(api))
        watching = asyncio.create_task(watcher.watch())
        await recover(database, "numbered and never sent")
        await seen([watcher], 1)
        assert await asyncio.to_thread(dying.wait, PATIENCE) == -signal.SIGKILL
        await recover(database, "while nobody relays")
        with ended(helpers.start(tmp_path, database_url, nats_url, module="tests.faults.relay_process")):
            await seen([watcher], 2)
        watching.cancel()
    assert watcher.ids == [1, 2]


async def test_a_relay_that_hangs_holds_nobody_up(database, database_url, nats_url, tmp_path):
    hanging = helpers.start(tmp_path, database_url, nats_url, "hang", module="tests.faults.relay_process")
    with ended(hanging):
        await recover(database, "a")
        await asyncio.to_thread(os.waitid, os.P_PID, hanging.pid, os.WSTOPPED)
        assert await scalar(database, "SELECT max(sequence) FROM outbox") is None
        with ended(helpers.start(tmp_path, database_url, nats_url, module="tests.faults.relay_process")):
            await numbered(database, 1)
        hanging.send_signal(signal.SIGCONT)
        await recover(database, "b")
        await numbered(database, 2)


async def until_closed(client: ClientConnection) -> AsyncIterator[Any]:
    with contextlib.suppress(ConnectionClosed):
        while True:
            yield await client.recv()


async def numbered(database: Database, number: int) -> None:
    await until(lambda: scalar(database, f"SELECT max(sequence) = {number} FROM outbox"))


async def test_a_client_that_stops_reading_is_dropped_and_slows_nobody(database, database_url, nats_url, tmp_path):
    urls = {"DATABASE_URL": database_url, "NATS_URL": nats_url}
    api = helpers.start(tmp_path, "api", "--port", "0", **urls)
    relay = helpers.start(tmp_path, database_url, nats_url, module="tests.faults.relay_process")
    with ended(api, relay):
        address, key = await address_of(api), await reading_key(database_url)
        watcher = Watcher(key, address)
        watching = asyncio.create_task(watcher.watch())
        stopped = await connect(
            f"ws://{address}/api/v1/ws",
            proxy=None,
            additional_headers=bearer(key),
            max_queue=1,
            ping_interval=None,
            open_timeout=PATIENCE,
        )
        long = "x" * 20_000
        for part in range(40):
            await recover(database, *[long] * 25, together=True)
            await seen([watcher], 25 * (part + 1))
        assert watcher.connections == 1
        received = [each async for each in until_closed(stopped)]
        assert (stopped.close_code, stopped.close_reason) in {(1013, "resync"), (1006, None), (1006, "")}
        assert len(received) < 1000
        watching.cancel()
    assert watcher.ids == [*range(1, 1001)]
