from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.faults import engine as lab_of_engines
from tests.faults.engine import Engine
from tests.jobs.conftest import deps, quiet

from assay.db.engine import Database
from assay.messaging import nats

__all__ = ["deps", "engine", "quiet"]


@pytest.fixture
async def engine(database: Database, database_url: str, nats_url: str, tmp_path: Path) -> AsyncIterator[Engine]:
    """Workers and schedulers of the probing jobs, none of them started yet."""
    made = await lab_of_engines.make(database, database_url, nats_url, tmp_path / "untouched")
    yield made
    made.stop()
    async with nats.connected(nats_url) as client:
        streams = [each.config.name for each in await client.jetstream().streams_info()]
        for name in streams:
            if name.startswith(made.stream):
                await client.jetstream().delete_stream(name)
