"""A process that stays waits for a PostgreSQL that is not ready yet; a command says so at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import make_url
from structlog.testing import capture_logs
from tests.faults.tcp_proxy import pump
from tests.tcp_server import tcp_server

from assay.db import migrate
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio

SSL_REQUEST = 80877103
REFUSAL = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
STARTING = b"E" + (len(REFUSAL) + 4).to_bytes(4, "big") + REFUSAL


@asynccontextmanager
async def recovering(url: str, refusals: int) -> AsyncIterator[tuple[str, list[int]]]:
    """The way to a real server that says so often that it is starting up, as PostgreSQL does; then it lets through."""
    real, left = make_url(url), [refusals]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if left[0]:
            left[0] -= 1
            length = int.from_bytes(await reader.readexactly(4), "big")
            if int.from_bytes((await reader.readexactly(length - 4))[:4], "big") == SSL_REQUEST:
                writer.write(b"N")
                length = int.from_bytes(await reader.readexactly(4), "big")
                await reader.readexactly(length - 4)
            writer.write(STARTING)
            await writer.drain()
            writer.close()
            return
        there, back = await asyncio.open_unix_connection(f"{real.query['host']}/.s.PGSQL.5432")
        await asyncio.gather(pump(reader, back), pump(there, writer))

    async with tcp_server(serve) as port:
        here = real.set(host="127.0.0.1", port=port).difference_update_query(["host"])
        yield here.update_query_dict({"gssencmode": "disable"}).render_as_string(hide_password=False), left


async def test_a_process_that_stays_waits_and_says_so_once(database_url, monkeypatch):
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0.01)
    with capture_logs() as logs:
        async with recovering(database_url, refusals=3) as (url, left):
            await asyncio.to_thread(migrate.await_newest, url)
    assert left == [0]
    assert [each["event"] for each in logs] == ["waiting_for_servers"]


async def test_a_command_says_at_once_that_it_is_starting(database_url):
    async with recovering(database_url, refusals=1) as (url, _):
        with pytest.raises(Unavailable, match="starting or recovering"):
            await asyncio.to_thread(migrate.ensure_newest, url)


def test_a_server_that_is_not_there_is_not_waited_for():
    with pytest.raises(Unavailable):
        migrate.await_newest("postgresql://nobody@127.0.0.1:1/none")
