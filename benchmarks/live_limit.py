"""Bytes to many sockets in one loop, with nothing else around it. Used by bench_live.py as the limit.

It prints its port, answers WebSocket handshakes there and, for each number that comes by UDP, writes one frame to each
client; what came meanwhile goes in the same write.
"""

import contextlib
import selectors
import socket

FRAME = b'{"id": 1, "channel": "system_notifications", "type": "job.recovered", "entity_type": null, "data": '
ENTRY = b'{"job_name": "%d"}, "timestamp": "2026-11-28T12:00:00.000000Z"}'


def frame(number: int) -> bytes:
    body = FRAME + ENTRY % number
    return b"\x81\x7e" + len(body).to_bytes(2) + body


listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
told = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
told.bind(listener.getsockname())
told.setblocking(False)
print(listener.getsockname()[1], flush=True)
clients: list[socket.socket] = []
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
selector.register(told, selectors.EVENT_READ)
while True:
    for ready, _ in selector.select():
        if ready.fileobj is listener:
            client, _ = listener.accept()
            client.recv(4096)
            client.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
            client.setblocking(False)
            clients.append(client)
            continue
        frames = b""
        with contextlib.suppress(BlockingIOError):
            while True:
                frames += frame(int(told.recv(64)))
        for client in clients:
            with contextlib.suppress(BlockingIOError):
                client.send(frames)
