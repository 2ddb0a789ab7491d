"""Many WebSocket clients in one process: counts, order and moments of arrival. Used by bench_live.py.

They only keep what arrives and when, and take it apart at the end: what they cost is taken from the servers, on the
same machine. Arguments: a file for the result, how many events are to come, how many clients, the id of the last event
before them, the keys with commas between, for as many clients each, and the addresses.
"""

import base64
import os
import re
import resource
import select
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

NAME = re.compile(rb'"job_name":\s*"(\d+)"')
STOPPED_SHARE = 0.05
QUIET_SECONDS, FIRST_SECONDS = 4, 60
READ_BYTES = 256 * 1024
END_OF_FIRST = b'Z"}'
"""Of the frame that says the position: its time is its last key."""
Chunks = list[tuple[float, bytes]]


def connected(address: str, since: str, key: str) -> tuple[socket.socket, bytes]:
    """A WebSocket, and what followed the first frame, which says the position, at once."""
    host, port = address.split(":")
    made = socket.create_connection((host, int(port)))
    lines = (
        f"GET /api/v1/ws?channels=system_notifications&since={since} HTTP/1.1",
        f"Host: {address}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {key}",
    )
    made.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while END_OF_FIRST not in answer:
        answer += made.recv(READ_BYTES)
    first, _, rest = answer.partition(END_OF_FIRST)
    assert b" 101 " in first, first
    return made, rest


def listen(sockets: list[socket.socket], heard: dict[int, Chunks]) -> None:
    """Until nothing has come for a while."""
    poll = select.epoll()
    by_number = {each.fileno(): each for each in sockets}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    while ready := poll.poll(QUIET_SECONDS if any(heard.values()) else FIRST_SECONDS):
        for number, _ in ready:
            data = by_number[number].recv(READ_BYTES)
            if data:
                heard[number].append((time.time(), data))
            else:
                poll.unregister(number)


def events(chunks: Chunks) -> Iterator[tuple[int, float]]:
    """The number of each event, and when all of it was there."""
    buffer = b""
    for at, data in chunks:
        buffer += data
        start = 0
        while len(buffer) - start > 4:
            size, head = buffer[start + 1], 2
            if size == 126:
                size, head = int.from_bytes(buffer[start + 2 : start + 4]), 4
            if len(buffer) < start + head + size:
                break
            if found := NAME.search(buffer, start + head, start + head + size):
                yield int(found[1]), at
            start += head + size
        buffer = buffer[start:]


def main(result: str, expected: int, clients: int, since: str, keys: str, *addresses: str) -> None:
    each_key = keys.split(",")
    made = [
        connected(addresses[place % len(addresses)], since, each_key[place % len(each_key)]) for place in range(clients)
    ]
    reading = made[int(clients * STOPPED_SHARE) :]
    heard = {each.fileno(): [] for each, _ in reading}
    for each, rest in reading:
        if rest:
            heard[each.fileno()].append((time.time(), rest))
    began = time.process_time()
    print("ready", flush=True)
    listen([each for each, _ in reading], heard)
    spent = time.process_time() - began
    rows = [list(events(each)) for each in heard.values()]
    lines = [f"{number} {at}\n" for row in rows for number, at in row]
    exact = sum([number for number, _ in row] == [*range(expected)] for row in rows)
    Path(result).write_text(f"{exact} {len(rows)} {spent}\n" + "".join(lines))


limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
