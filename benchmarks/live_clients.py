"""Many WebSocket clients in one process: counts, order and moments of arrival. Used by bench_live.py.

Arguments: a file for the result, how many events to wait for, how many clients, the id of the last event
before them, the key, and the addresses.
"""

import asyncio
import base64
import os
import re
import resource
import sys
import time
from array import array
from pathlib import Path

NAME = re.compile(rb'"job_name":\s*"(\d+)"')
STOPPED_SHARE = 0.05
SINCE = sys.argv[4]


class Client(asyncio.Protocol):
    def __init__(self, address: str, key: str, stops: bool) -> None:
        self.address, self.key, self.stops = address, key, stops
        self.buffer, self.open = b"", False
        self.numbers, self.moments = array("l"), array("d")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        nonce = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET /api/v1/ws?channels=system_notifications&since={SINCE} HTTP/1.1",
            f"Host: {self.address}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {nonce}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Bearer {self.key}",
        )
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def lines(self) -> str:
        return "".join(f"{number} {at}\n" for number, at in zip(self.numbers, self.moments, strict=True))

    def data_received(self, data: bytes) -> None:
        at, self.buffer = time.time(), self.buffer + data
        if not self.open:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            assert b" 101 " in head, head
            self.open, self.buffer = True, rest
            if self.stops:
                self.transport.pause_reading()
        while len(self.buffer) > 4:
            size, start = self.buffer[1], 2
            if size == 126:
                size, start = int.from_bytes(self.buffer[2:4]), 4
            if len(self.buffer) < start + size:
                return
            if found := NAME.search(self.buffer, start, start + size):
                self.numbers.append(int(found[1]))
                self.moments.append(at)
            self.buffer = self.buffer[start + size :]


async def main(result: str, events: int, clients: int, key: str, *addresses: str) -> None:
    made = []
    for place in range(clients):
        address = addresses[place % len(addresses)]
        host, port = address.split(":")
        client = Client(address, key, place < clients * STOPPED_SHARE)
        await asyncio.get_running_loop().create_connection(lambda client=client: client, host, int(port))
        made.append(client)
    while not all(each.open for each in made):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    print("ready", flush=True)
    reading, deadline = [each for each in made if not each.stops], time.time() + 60
    while any(len(each.numbers) < events for each in reading) and time.time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    exact = sum(each.numbers.tolist() == [*range(events)] for each in reading)
    Path(result).write_text(f"{exact} {len(reading)}\n" + "".join(each.lines() for each in reading))  # noqa: ASYNC240


limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[5:]))
