"""Who a request comes from where a proxy hands it on."""

from ipaddress import ip_address
from typing import Any, Final, cast

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PEER: Final = "assay.peer"
"""Of the scope: the trusted proxy that told who asks."""
FORWARDING: Final = frozenset({"via", "forwarded", "client-ip", "true-client-ip", "cdn-loop", "surrogate-capability"})
VENDORS: Final = (
    "x-", "cf-", "cdn-", "akamai-", "fastly-", "fly-", "incap-", "ali-", "eagleeye-", "tencent-", "wl-proxy-", "proxy-",
    "sec-websocket-proxy-", "ot-", "do-connecting-", "true-", "client-", "remote-",
)  # fmt: skip
LOCAL: Final = frozenset({"x-prometheus-scrape-timeout-seconds", "x-requested-with", "proxy-connection"})
"""Headers of this kind that programs send which nobody hands on."""


class TrustedProxies:
    """Believes the proxies of the settings, and nobody else, who asks and over what (X-Forwarded-For and -Proto)."""

    def __init__(self, app: ASGIApp, trusted: list[str]) -> None:
        self._app = app
        self._resolve = ProxyHeadersMiddleware(cast(Any, self._resolved), trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[PEER] = scope.get("client")  # in place: who stands around this reads the route off the same scope
        await self._resolve(cast(Any, scope), cast(Any, receive), cast(Any, send))

    async def _resolved(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("client") is scope[PEER]:  # nobody told
            del scope[PEER]
        await self._app(scope, receive, send)


def address(connection: HTTPConnection) -> str:
    """Where the request comes from, as far as can be known."""
    return connection.client.host if connection.client else "unknown"


def from_this_machine(connection: HTTPConnection) -> bool:
    """Whether the request comes over loopback and nobody handed it on, as a proxy on this machine would; or a proxy
    that is trusted says that it came so to itself."""
    if peer := connection.scope.get(PEER):
        return _is_loopback(peer[0]) and _is_loopback(address(connection))
    return _is_loopback(address(connection)) and not any(map(_is_of_a_proxy, connection.headers))


def _is_of_a_proxy(header: str) -> bool:
    """Whether only proxies send it, as far as is known: of those that begin with x- all but a few."""
    return header in FORWARDING or (header.startswith(VENDORS) and header not in LOCAL)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
