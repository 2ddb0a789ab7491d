"""How long a test waits for what must happen: one limit, far beyond what a machine under load takes."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest

PATIENCE: Final = 300.0
"""Seconds. No test that goes well comes near; one that hangs ends by it, and says where."""
SECONDS_BETWEEN_LOOKS: Final = 0.02


def retry_until_available() -> asyncio.Timeout:
    """A block that must end, however slow the machine is."""
    return asyncio.timeout(PATIENCE)


async def until(holds: Callable[[], object]) -> None:
    """Returns as soon as it holds. For what tells nobody, as what happens in a database."""
    async with retry_until_available():
        while not (await found if inspect.isawaitable(found := holds()) else found):  # noqa: ASYNC110
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


@contextmanager
def no_broker() -> Iterator[None]:
    """Where there is none, the code need not be patient with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assay.messaging.nats.CONNECT_TIMEOUT_SECONDS", 0.5)
        yield
