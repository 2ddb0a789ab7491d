import asyncio
import resource
import socket

import pytest
import uvicorn
from fastapi import FastAPI

from assay.cli.listener import allow_many_connections, listening
from assay.web import server

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_what_is_accepted_sends_small_answers_at_once(monkeypatch, host):
    accepted = []

    class Watched(server.PromptHttp):
        def connection_made(self, transport):
            super().connection_made(transport)
            accepted.append(transport.get_extra_info("socket"))

    monkeypatch.setattr(server, "PromptHttp", Watched)
    monkeypatch.setattr(server.Server, "shutdown", uvicorn.Server.shutdown)  # there is no hub to be closed
    listener = listening(host, 0)
    served = server.make_server(FastAPI())
    served.config.lifespan = "off"
    serving = asyncio.create_task(served.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
    writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 404")
    assert accepted[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    served.should_exit = True
    await serving


def test_a_web_app_opens_as_many_files_as_the_system_allows():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    try:
        allow_many_connections()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
