"""The HTTP server of this process: uvicorn, with sockets to which one encoding can be written for many clients."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Final, Protocol

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request as Handshake

from assay.web.state import WebState

EXTENSION: Final = "assay.socket"
SHUTDOWN_SECONDS: Final = 5
HEAD_SECONDS: Final = 20
"""In which the head of a request must have come."""
REST_SECONDS: Final = 30
"""For which what is left of a refused body is still read, so that its sender sees the refusal."""
TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
MAX_MESSAGE_BYTES: Final = 4096
"""Bytes a client may send in one message. What it says is not read."""
STUCK_SECONDS: Final = 20
"""How long a peer may leave what we sent unread before the kernel gives the connection up."""


class Socket(WebSocketsSansIOProtocol):
    """A WebSocket that the app may write to directly. The way through ASGI costs ten times as much for each client."""

    def handle_connect(self, event: Handshake) -> None:
        super().handle_connect(event)
        if scope := getattr(self, "scope", None):
            scope["extensions"][EXTENSION] = {"socket": self}

    @property
    def backlog(self) -> int:
        """Bytes that wait for the client to read."""
        return self.transport.get_write_buffer_size()

    def write(self, frames: bytes) -> None:
        """Writes whole WebSocket frames, without waiting."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frames)

    def end(self, code: int, reason: str) -> None:
        """Closes behind what was written. A client that does not read it in time is cut off."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(SHUTDOWN_SECONDS, self.transport.abort)


class PromptHttp(H11Protocol):
    """HTTP for peers that say what they want in time. Uvicorn bounds the size of a request's head, but no time."""

    head_seconds: float = HEAD_SECONDS
    rest_seconds: float = REST_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        self.server_state.default_headers = [(b"date", _date(int(time.time())))]
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._forget_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self.loop.call_later(self.rest_seconds, self._cut_off)

    def _cut_off(self) -> None:
        """Ends a peer that still sends what was answered already."""
        if self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        """Counts from the first byte of a request, however slowly the next ones come."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self._give_up)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(TOO_SLOW)
            self.transport.close()


class Server(uvicorn.Server):
    """Ends the live streams first, for it would wait for their end. It leaves the signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config, state: "HasState") -> None:
        self._exits = False
        self._told_to_end = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(config)
        self._app = state

    @property
    def should_exit(self) -> bool:
        return self._exits

    @should_exit.setter
    def should_exit(self, value: bool) -> None:
        """From any thread."""
        self._exits = value
        if value and self._loop:
            self._loop.call_soon_threadsafe(self._told_to_end.set)

    async def main_loop(self) -> None:
        """Rests until it is told to end. Uvicorn would look ten times a second, and set the date."""
        self._loop = asyncio.get_running_loop()
        if not self._exits:
            await self._told_to_end.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        web: WebState = self._app.state.assay
        web.hub.close()
        await super().shutdown(sockets)


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


class HasState(Protocol):
    state: Any


def make_server(app: FastAPI) -> Server:
    """A server for the app. It takes a socket that listens already."""
    config = uvicorn.Config(
        app,
        log_config=None,  # what it warns of goes where our own lines go
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        server_header=False,
        proxy_headers=False,  # anybody can write them, and who is local must not be told by them
        lifespan="on",
        http=PromptHttp,
        ws=Socket,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # a frame must be the same for all clients
    )
    return Server(config, app)


def cut_off_the_stuck(listener: socket.socket) -> None:
    """Connections accepted here are given up when the peer does not read for a while."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_SECONDS * 1000)
