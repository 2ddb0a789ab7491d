from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from tests.jobs.conftest import deps, quiet
from tests.jobs.helpers import tuned
from tests.queue.helpers import Queue, opened

from assay.queue.deps import Deps

__all__ = ["deps", "quiet"]


@pytest.fixture
async def queue(deps: Deps, nats_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Queue]:
    """A queue without jobs, worker and scheduler."""
    name = f"T{uuid4().hex[:12].upper()}"
    named = tuned(deps, jobs_stream=name, jobs_ack_wait_seconds=30)
    async with opened(named, nats_url, monkeypatch) as made:
        yield made
        made.jobs.clear()  # what was taken away comes back with the end of the patch
