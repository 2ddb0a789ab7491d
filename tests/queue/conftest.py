from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from tests.jobs.conftest import quiet, tools
from tests.jobs.lab import tuned
from tests.queue.lab import Queue, opened

from assay.queue.deps import Tools

__all__ = ["quiet", "tools"]


@pytest.fixture
async def queue(tools: Tools, nats_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Queue]:
    """A queue without jobs, worker and scheduler."""
    name = f"T{uuid4().hex[:12].upper()}"
    named = tuned(tools, jobs_stream=name, jobs_ack_wait_seconds=30)
    async with opened(named, nats_url, monkeypatch) as made:
        yield made
        made.jobs.clear()  # what was taken away comes back with the end of the patch
