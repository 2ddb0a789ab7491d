"""The NATS connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js.errors import Error as JetStreamError

from assay.errors import InvalidInput, Unavailable

CONNECT_TIMEOUT_SECONDS: Final = 3
ONE_SERVER_SECONDS: Final = 2
NO_JETSTREAM: Final = "The broker (NATS_URL) has no JetStream to keep the queue: start it with nats-server --jetstream."
SCHEMES: Final = ("nats", "tls", "ws", "wss")


async def _quietly(_error: Exception) -> None:
    """The caller is told by an exception; the client's own log line would say it twice."""


def servers(nats_url: str) -> list[str]:
    """The servers of a cluster stand in NATS_URL side by side, separated by commas."""
    return [each.strip() for each in nats_url.split(",")]


def check(nats_url: str) -> None:
    """Raises InvalidInput for what cannot be the address of a broker, without quoting it: it may hold a password."""
    if not all(map(_is_address, servers(nats_url))):
        raise InvalidInput("NATS_URL is not allowed: it must be nats://user:password@host:port, or tls://.")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url if "://" in url else f"nats://{url}")
        return parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False


def reconnect_options(name: str) -> dict[str, Any]:
    """Options of a connection that outlives every restart of the broker. `name` is what the broker shows."""
    return {
        "name": name,
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.5,
        "ping_interval": 10,
        "max_outstanding_pings": 2,
        "error_cb": _quietly,
    }


@asynccontextmanager
async def connected(nats_url: str) -> AsyncIterator[Client]:
    """A connection for the length of the block. Raises Unavailable when the broker does not answer."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
            client = await nats.connect(
                servers(nats_url),
                connect_timeout=ONE_SERVER_SECONDS,
                reconnect_time_wait=0,
                max_reconnect_attempts=1,  # else it tries a server that refuses for ever, and may overhear the timeout
                allow_reconnect=False,
                error_cb=_quietly,
            )
    except (NatsError, OSError, TimeoutError) as error:
        raise unavailable(error) from None
    try:
        yield client
    finally:
        await client.close()


def unavailable(error: BaseException) -> Unavailable:
    return Unavailable(f"The broker (NATS_URL) does not answer: {str(error) or type(error).__name__}")


async def ping(nats_url: str) -> str:
    """The version of the broker. Raises Unavailable when the broker does not answer, or answers without JetStream."""
    async with connected(nats_url) as client:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
                await client.jetstream().account_info()
        except (JetStreamError, NoRespondersError):
            raise Unavailable(NO_JETSTREAM) from None
        except (NatsError, TimeoutError) as error:
            raise unavailable(error) from None
        number = client.connected_server_version
        return f"{number.major}.{number.minor}.{number.patch}"
