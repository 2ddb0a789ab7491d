"""A server that lets nobody in, in the words of PostgreSQL's protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.tcp_server import tcp_server

SSL_REQUEST: Final = 80877103
GSS_REQUEST: Final = 80877104


@asynccontextmanager
async def refusing(state: str, words: str) -> AsyncIterator[str]:
    """Gives its URL. Whoever connects is told FATAL, the SQLSTATE and the words."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while int.from_bytes((await _message(reader))[:4]) in (SSL_REQUEST, GSS_REQUEST):
                writer.write(b"N")
        except asyncio.IncompleteReadError:  # who connects may leave without a word
            return
        fields = b"".join(each.encode() + b"\0" for each in ("SFATAL", "VFATAL", f"C{state}", f"M{words}"))
        writer.write(b"E" + (len(fields) + 5).to_bytes(4) + fields + b"\0")

    async with tcp_server(refuse) as port:
        yield f"postgresql://me:secret@127.0.0.1:{port}/none"


async def _message(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
