"""The network as a process: a TCP proxy that passes bytes on. Stopped (SIGSTOP) it is a cable that was cut.

`python -m tests.faults.tcp_proxy HOST:PORT` or `... /path/of/a/socket`; it prints the port that it listens on.
"""

import asyncio
import contextlib
import sys

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def main(server: str) -> None:
    async def connect() -> Ends:
        if server.startswith("/"):
            return await asyncio.open_unix_connection(server)
        host, _, port = server.rpartition(":")
        return await asyncio.open_connection(host, int(port))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await connect()
        await asyncio.gather(pump(reader, back), pump(there, writer))

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await listener.serve_forever()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
