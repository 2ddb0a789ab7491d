"""Live events, as a WebSocket and as server-sent events."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request, WebSocket
from fastapi.responses import StreamingResponse
from starlette.requests import HTTPConnection
from uvicorn.protocols.utils import ClientDisconnected
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

from assay.db.engine import UNREACHABLE
from assay.db.models import Scope
from assay.errors import Forbidden, Gone, InvalidInput, TooMany, Unauthenticated, Unavailable
from assay.messaging.events import Channel
from assay.messaging.hub import Batch, Hub
from assay.messaging.outbox import Frame
from assay.web import frames
from assay.web.auth import Requires, identity, refuse_other_origins
from assay.web.errors import documented
from assay.web.server import EXTENSION, Socket
from assay.web.state import State

MAX_ID: Final = 2**63 - 1
BACKLOG_BYTES: Final = 256 * 1024
"""What may wait for one WebSocket client to read."""
BACKLOG_EVENTS: Final = 1000
"""What may wait for one reader of server-sent events."""
HEARTBEAT_SECONDS: Final = 15.0
TRY_AGAIN: Final = 1013
SHUTTING_DOWN: Final = 1012
NOT_ALLOWED: Final = 1008
GONE: Final = 4410
MAX_REASON_BYTES: Final = 120
"""Bytes that a close frame has for words."""
RECHECK_SECONDS: Final = 60.0
"""How long somebody may go on listening whose account or token has ended."""
REFUSED: Final = (Unauthenticated, Forbidden, TooMany)


def wanted_channels(
    channels: Annotated[str | None, Query(max_length=200, description="Comma-separated. Absent: all.")] = None,
) -> frozenset[str]:
    """Raises InvalidInput, naming the channels there are."""
    if channels is None:
        return frozenset(Channel)
    names = frozenset(name.strip() for name in channels.split(","))
    if unknown := sorted(names - set(Channel)):
        raise InvalidInput(f"There is no channel {unknown[0]!r}. The channels are: {', '.join(Channel)}.")
    return frozenset(Channel(name) for name in names)


async def counted(connection: HTTPConnection, state: State) -> AsyncIterator[None]:
    """Holds one of the live connections that a user may have. Raises TooMany."""
    with state.listening.counted(identity(connection).actor.user_id):
        yield


may_listen: Final = Requires(Scope.READ)
until_it_ends: Final = Depends(counted, scope="request")
router = APIRouter(tags=["live"], dependencies=[Depends(may_listen), Depends(refuse_other_origins), until_it_ends])
Channels = Annotated[frozenset[str], Depends(wanted_channels)]
Since = Annotated[int | None, Query(ge=0, le=MAX_ID, description="The id of the last event you have.")]


class RightToListen:
    """Of one who listens already. It is looked at again once in a while."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self._put_off()

    async def check(self) -> None:
        """Raises where it has ended. Does nothing before its time."""
        if asyncio.get_running_loop().time() >= self.due:
            await may_listen(self._connection)
            self._put_off()

    def _put_off(self) -> None:
        self.due = asyncio.get_running_loop().time() + RECHECK_SECONDS


class SocketClient:
    """A WebSocket client. What waits for it waits in its connection."""

    def __init__(self, socket: Socket, channels: frozenset[str]) -> None:
        self.channels = channels
        self._socket = socket

    def offer(self, batch: Batch) -> bool:
        if self._socket.backlog > BACKLOG_BYTES:
            return False
        self._socket.write(batch.encoded(as_websocket))
        return True

    async def send(self, batch: Batch) -> None:
        """Waits until the client has read most of what it was sent before."""
        await self._socket.writable.wait()
        if self._socket.disconnected:
            raise ClientDisconnected
        self._socket.write(batch.encoded(as_websocket))

    def drop(self) -> None:
        self._socket.end(TRY_AGAIN, "resync")

    def close(self) -> None:
        self._socket.end(SHUTTING_DOWN, "the server is shutting down")


class StreamClient:
    """A reader of server-sent events."""

    def __init__(self, channels: frozenset[str]) -> None:
        self.channels = channels
        self._waiting: deque[Batch] = deque()
        self._wake = asyncio.Event()
        self._ended = False

    def offer(self, batch: Batch) -> bool:
        if sum(len(each.frames) for each in self._waiting) > BACKLOG_EVENTS:
            return False
        self._waiting.append(batch)
        self._wake.set()
        return True

    def drop(self) -> None:
        self._waiting.clear()
        self.close()

    def close(self) -> None:
        self._ended = True
        self._wake.set()

    async def batches(self) -> AsyncIterator[Batch]:
        """What comes, until the end. An empty one where nothing has come for a while."""
        while not self._ended or self._waiting:
            if self._waiting:
                yield self._waiting.popleft()
                continue
            self._wake.clear()
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                yield Batch([])


def as_websocket(frame: Frame) -> bytes:
    return WireFrame(Opcode.TEXT, frame.json).serialize(mask=False)


def as_server_sent(frame: Frame) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (frame.id, frame.json)


@router.websocket("/ws")
async def over_websocket(websocket: WebSocket, state: State, channels: Channels, since: Since = None) -> None:
    """Every event of the channels, one JSON document a message. The first one says from where."""
    socket: Socket = websocket.scope["extensions"][EXTENSION]["socket"]
    client, right = SocketClient(socket, channels), RightToListen(websocket)
    await websocket.accept(headers=[(b"last-event-id", b"%d" % state.hub.position)])
    try:
        start = await state.hub.start(since)
        await client.send(Batch([Frame.of_position(start)]))
        async for batch in state.hub.missed(client, start):
            await right.check()
            await client.send(batch)
        await _until_it_leaves(websocket, right)
    except ClientDisconnected:
        pass
    except Gone as error:
        socket.end(GONE, f"resync: {error}"[:MAX_REASON_BYTES])
    except REFUSED as error:
        socket.end(NOT_ALLOWED, str(error)[:MAX_REASON_BYTES])
    except (Unavailable, *UNREACHABLE):
        socket.end(TRY_AGAIN, "the database does not answer")
    finally:
        state.hub.clients.discard(client)


async def _until_it_leaves(websocket: WebSocket, right: RightToListen) -> None:
    """What it says is not read. Raises where it may no longer listen."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(right.due):
                if (await websocket.receive())["type"] == "websocket.disconnect":
                    return
        await right.check()


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": frames.REFERENCE}}}, **documented(410)},
)
async def as_stream(
    request: Request,
    state: State,
    channels: Channels,
    since: Since = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=MAX_ID)] = None,
) -> StreamingResponse:
    """The same documents as server-sent events. A browser that reconnects names the last one it has by itself."""
    start = await state.hub.start(since if last_event_id is None else last_event_id)
    return StreamingResponse(
        _stream(state.hub, StreamClient(channels), start, RightToListen(request)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(hub: Hub, client: StreamClient, start: int, right: RightToListen) -> AsyncIterator[bytes]:
    """Ends where the reader may no longer listen. One that comes back is told why."""
    try:
        yield _position(start)
        async for batch in hub.missed(client, start):
            await right.check()
            yield batch.encoded(as_server_sent)
        yield _position(hub.position)
        async for batch in client.batches():
            await right.check()
            yield batch.encoded(as_server_sent) or _position(hub.position)
    except (*REFUSED, *UNREACHABLE):
        pass
    finally:
        hub.clients.discard(client)


def _position(position: int) -> bytes:
    """A sign of life, which tells the reader from where it is to go on."""
    return b"id: %d\n\n" % position
