"""The HTTP server of this process: uvicorn, with sockets to which one encoding can be written for many clients."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any, Final, Protocol

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request as Handshake

from assay.web.state import WebState

EXTENSION: Final = "assay.socket"
SHUTDOWN_SECONDS: Final = 5
LARGEST_MESSAGE: Final = 4096
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


class Server(uvicorn.Server):
    """Ends the live streams first, for it would wait for their end. It leaves the signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config, state: "HasState") -> None:
        super().__init__(config)
        self._app = state

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        web: WebState = self._app.state.assay
        web.hub.close()
        await super().shutdown(sockets)


class HasState(Protocol):
    state: Any


def make_server(app: FastAPI) -> Server:
    """A server for the app. It takes a socket that listens already."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        server_header=False,
        proxy_headers=False,  # anybody can write them, and who is local must not be told by them
        lifespan="on",
        ws=Socket,
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,  # a frame must be the same for all clients
    )
    return Server(config, app)


def cut_off_the_stuck(listener: socket.socket) -> None:
    """Connections accepted here are given up when the peer does not read for a while."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_SECONDS * 1000)
