"""The way to servers of models: one kind of client, with bounds on what comes back and where requests may go."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Final

import httpx2

from assay.errors import Unavailable

MAX_ANSWER_BYTES: Final = 20_000_000
"""Of one answer. What is longer is no answer to a question of ours."""


class HttpPolicy:
    """Where requests may go. `only_loopback` is set by tests, so that none of them can call somebody's model."""

    only_loopback: bool = False


class AnswerTooLarge(httpx2.DecodingError):
    """The server sent more than any answer may be."""


def client(timeout: float) -> httpx2.AsyncClient:
    """A client for one server of a model. `timeout`: seconds for each wait on the network."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=30)
    transport = GuardedTransport(httpx2.AsyncHTTPTransport(limits=limits))
    return httpx2.AsyncClient(transport=transport, timeout=httpx2.Timeout(timeout, connect=min(timeout, 10.0)))


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Refuses what the policy forbids, and stops reading an answer that does not end."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if HttpPolicy.only_loopback and not is_loopback(request.url.host):
            raise Unavailable(f"Requests to {request.url.host} are switched off: only this machine may be asked.")
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101  # for the types: it is async
        response.stream = _Bounded(response.stream, request)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, request: httpx2.Request) -> None:
        self._inner, self._request = inner, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._inner:
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise AnswerTooLarge(f"The answer is longer than {MAX_ANSWER_BYTES} bytes.", request=self._request)
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
