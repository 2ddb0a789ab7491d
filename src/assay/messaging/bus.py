"""The NATS connection."""

import asyncio
from typing import Final

import nats
from nats.errors import Error as NatsError

from assay.errors import Unavailable

CONNECT_TIMEOUT_SECONDS: Final = 3


async def _quietly(_error: Exception) -> None:
    """The caller is told by an exception; the client's own log line would say it twice."""


async def ping(nats_url: str) -> str:
    """The version of the broker. Raises Unavailable when the broker does not answer, or answers without JetStream."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
            client = await nats.connect(
                nats_url, connect_timeout=CONNECT_TIMEOUT_SECONDS, allow_reconnect=False, error_cb=_quietly
            )
            try:
                await client.jetstream().account_info()
                number = client.connected_server_version
                return f"{number.major}.{number.minor}.{number.patch}"
            finally:
                await client.close()
    except (NatsError, OSError, TimeoutError) as error:
        raise Unavailable(f"The broker (NATS_URL) does not answer: {str(error) or type(error).__name__}") from None
