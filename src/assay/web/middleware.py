"""What stands before every request and on every answer."""

import asyncio
from functools import reduce
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assay.background_tasks import background

MAX_BODY_BYTES: Final = 1_000_000
MAX_IMPORT_BYTES: Final = 16_000_000
"""Bytes of the body of a request; the second for messages."""
TOO_LARGE: Final = (
    f"The body is too large: at most {MAX_BODY_BYTES:,} bytes are taken, of messages {MAX_IMPORT_BYTES:,}."
)
BODY_SECONDS: Final = 30
"""In which a body must have come. An import on a slow line may be cut into smaller ones."""
STOPPING: Final = "Assay is being stopped. What was asked for was not done: try again in a moment."
RETRY_SECONDS: Final = 5
"""After which it is worth asking again."""

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class App(FastAPI):
    """An app whose middleware stands around all of it, also around what answers faults and too large bodies."""

    def build_middleware_stack(self) -> ASGIApp:
        ours, self.user_middleware = self.user_middleware, []
        inner = super().build_middleware_stack()
        self.user_middleware = ours
        return reduce(lambda app, each: each.cls(app, *each.args, **each.kwargs), reversed(ours), inner)


class SecurityHeaders:
    """Tells browsers what no page of ours does. Answers of the API are kept by nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with)


class BodyDeadline:
    """Waits for the body of a request so long and no longer."""

    def __init__(self, app: ASGIApp, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        deadline, complete = asyncio.get_running_loop().time() + self.seconds, False

        async def receive_in_time() -> Message:
            nonlocal complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "The request did not come in time") from None
            complete = not message.get("more_body", False)
            return message

        await self.app(scope, receive_in_time, send)


class EndsWithItsClient:
    """Cancels what is done for a client that left before it was answered: its statement ends in the database too.

    What the server itself cancels, because it stops, is answered so.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Watched(scope, receive, send)
        try:
            async with background(request.watch()):
                await self.app(scope, request.receive, request.send)
        except asyncio.CancelledError:
            request.task.uncancel()
            if not (request.was_left or request.begun):
                await PlainTextResponse(STOPPING, 503, {"Retry-After": str(RETRY_SECONDS)})(scope, receive, send)


class _Watched:
    """A request whose client is listened to while it waits for the answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task  # noqa: S101  # the server runs each request as a task
        self.task = task
        self.was_left = self.begun = self._answered = False
        self._receive, self._send = receive, send
        self._read, self._gone = asyncio.Event(), asyncio.Event()
        headers = Headers(scope=scope)
        self._has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        if not self._has_body:
            self._read.set()

    async def receive(self) -> Message:
        """The body, when it is asked for; behind it nothing, until the client leaves."""
        if not self._has_body:
            self._has_body = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if self._read.is_set():
            await self._gone.wait()
            return {"type": "http.disconnect"}
        message = await self._receive()
        if not message.get("more_body", False):
            self._read.set()
        return message

    async def send(self, message: Message) -> None:
        self.begun = True
        await self._send(message)
        self._answered |= message["type"] == "http.response.body" and not message.get("more_body", False)

    async def watch(self) -> None:
        """Until the answer is complete, or nobody waits for it."""
        await self._read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone.set()
        if not self._answered:
            self.was_left = True
            self.task.cancel()
