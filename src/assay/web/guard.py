"""What stands before every request and on every answer."""

import asyncio
from functools import reduce
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY: Final = 1_000_000
LARGEST_IMPORT: Final = 16_000_000
"""Bytes of the body of a request; the second for messages."""
TOO_LARGE: Final = f"The body is too large: at most {LARGEST_BODY:,} bytes are taken, of messages {LARGEST_IMPORT:,}."
BODY_SECONDS: Final = 30
"""In which a body must have come. An import on a slow line may be cut into smaller ones."""

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'; require-trusted-types-for 'script'",
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
