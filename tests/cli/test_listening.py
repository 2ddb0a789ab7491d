import asyncio
import socket

import pytest
from fastapi import FastAPI

from assay.cli.listening import listening
from assay.web import server

pytestmark = pytest.mark.anyio


class Watched(server.PromptHttp):
    accepted: list[socket.socket] = []

    def connection_made(self, transport):
        super().connection_made(transport)
        self.accepted.append(transport.get_extra_info("socket"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_what_is_accepted_sends_small_answers_at_once(monkeypatch, host):
    monkeypatch.setattr(server, "PromptHttp", Watched)
    listener = listening(host, 0)
    served = server.make_server(FastAPI())
    served.config.lifespan = "off"
    served.shutdown = super(server.Server, served).shutdown  # without the hub of the whole app
    serving = asyncio.create_task(served.serve(sockets=[listener]))
    while not served.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
    writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 404")
    assert Watched.accepted[-1].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    served.should_exit = True
    await serving
