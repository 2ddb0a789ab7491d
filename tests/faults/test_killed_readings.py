"""kill -9 and cancellation while a language model is asked: nothing is lost, and nothing is paid for twice."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.ai.llm import atom
from tests.ai.model_server import SILENT, Asked, ModelServer, Reply, says
from tests.builders import MORNING, rows, scalar
from tests.extraction.chats import incoming, ingest
from tests.faults import helpers
from tests.patience import PATIENCE, until

pytestmark = [pytest.mark.anyio, pytest.mark.soak]

TALKS = 6
HANGS = "Talk 3 of the ledger team."


def answer(asked: Asked, *, hanging: bool) -> Reply:
    """An atom of each message; while `hanging`, one of the conversations gets no answer."""
    texts = [line["text"] for line in asked.messages]
    if hanging and HANGS in texts:
        return SILENT
    return says({"topics": [], "atoms": [atom(text, (n, text)) for n, text in enumerate(texts, 1)]})


@pytest.fixture
async def talks(database) -> None:
    """Conversations an hour apart."""
    said = (incoming(f"Talk {n} of the ledger team.", sent_at=MORNING + timedelta(hours=n)) for n in range(TALKS))
    await ingest(database, *said)


@pytest.fixture
def environment(database_url: str, nats_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "NATS_URL": nats_url,
        "ASSAY_EXTRACTOR": "openai-compatible",
        "ASSAY_LLM_MODEL": "small",
        "ASSAY_LLM_CONCURRENCY": "1",
    }


class Model:
    """A server of a model that may be told to answer."""

    def __init__(self) -> None:
        self.hanging = True
        self.server = ModelServer(lambda asked: answer(asked, hanging=self.hanging))

    @property
    def asked(self) -> Counter[str]:
        """How often each conversation was asked about."""
        return Counter(asked.messages[0]["text"] for asked in self.server.asked)

    async def hangs(self) -> None:
        await until(lambda: HANGS in self.asked)


async def read(home: Path, **environment: str) -> Any:
    return await asyncio.to_thread(helpers.assay, home, "jobs", "run", "extract_knowledge_from_messages", **environment)


async def test_a_reading_that_was_killed_goes_on_and_asks_for_nothing_twice_that_was_answered(
    database, talks, environment, tmp_path
):
    model = Model()
    async with model.server as server:
        environment["ASSAY_LLM_URL"] = server.url
        killed = helpers.start(tmp_path, "jobs", "run", "extract_knowledge_from_messages", **environment)
        await model.hangs()
        killed.kill()
        await asyncio.to_thread(killed.communicate)
        stored = await scalar(database, "SELECT count(*) FROM messages WHERE read_at IS NOT NULL")
        assert stored == 3
        model.hanging = False
        assert (await read(tmp_path, **environment)).returncode == 0
    assert model.asked == {f"Talk {n} of the ledger team.": 1 + (n == 3) for n in range(TALKS)}
    assert await rows(database, "SELECT status, messages_analyzed, atom_proposals_created FROM extraction_runs") == [
        ("completed", TALKS, TALKS)
    ]
    assert await rows(database, "SELECT DISTINCT read_by, read_prompt FROM messages") == [
        ("openai-compatible", "extraction-1")
    ]


async def test_a_run_is_cancelled_from_another_process_while_the_model_is_silent(
    database, talks, environment, tmp_path
):
    model = Model()
    async with model.server as server:
        environment["ASSAY_LLM_URL"] = server.url
        job = asyncio.create_task(read(tmp_path, **environment))
        await model.hangs()
        run_id = await scalar(database, "SELECT id FROM extraction_runs")
        cancelled = await asyncio.to_thread(
            helpers.assay, tmp_path, "extractions", "cancel", str(run_id), **environment
        )
        assert (cancelled.returncode, cancelled.stderr) == (0, "")
        assert (await asyncio.wait_for(job, PATIENCE)).returncode == 0
        await until(lambda: server.hung_up)
    assert await rows(database, "SELECT status, messages_analyzed FROM extraction_runs") == [("cancelled", 3)]
    assert await scalar(database, "SELECT count(*) FROM messages WHERE read_at IS NULL") == TALKS - 3
    assert await scalar(database, "SELECT count(*) FROM proposals") == 3
