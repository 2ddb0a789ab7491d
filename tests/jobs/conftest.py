from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import structlog
from tests.jobs.lab import tuned
from tests.jobs.queue_lab import Queue, opened

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.db.engine import Database
from assay.jobs.tools import Tools
from assay.settings import Settings


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Logs go nowhere: out of the box they show each error with all its local variables, which takes seconds."""
    before = structlog.get_config()
    structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.configure(**before)


@pytest.fixture
def tools(database: Database) -> Tools:
    return Tools(database, Settings.model_validate({}), HashEmbedder(), ScriptedExtractor())


@pytest.fixture
async def queue(tools: Tools, nats_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Queue]:
    """A queue without jobs, worker and scheduler."""
    name = f"T{uuid4().hex[:12].upper()}"
    named = tuned(tools, jobs_stream=name, jobs_ack_wait_seconds=30)
    async with opened(named, nats_url, monkeypatch) as made:
        yield made
        made.jobs.clear()  # what was taken away comes back with the end of the patch
