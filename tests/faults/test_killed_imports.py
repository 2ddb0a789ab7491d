"""An upload whose process is killed while it comes in: it goes on behind the last message, and counts right."""

import json
from datetime import timedelta
from functools import partial

import pytest
from tests.builders import MORNING, rows, scalar
from tests.patience import until
from tests.web.helpers import person

from assay.clock import now
from assay.db.models import Import, ImportState, Via
from assay.imports.uploads import Uploads

pytestmark = pytest.mark.anyio

MESSAGES = 6_000
STATE = "SELECT state, messages_done, added, edited, unchanged, attempts FROM imports"


async def test_an_import_survives_the_death_of_its_process_again_and_again(engine, database, tmp_path):
    folder = tmp_path / "uploads"
    await running_import(database, folder)
    engine.module = "assay"
    for least in (0, 2_000):
        process = engine.start("api", "--port", "0", ASSAY_UPLOADS_FOLDER=str(folder))
        await until(partial(scalar, database, "SELECT messages_done > :least FROM imports", least=least))
        process.kill()
        process.communicate()
        assert await scalar(database, "SELECT state FROM imports") == "running"
    engine.start("api", "--port", "0", ASSAY_UPLOADS_FOLDER=str(folder))
    await until(lambda: scalar(database, "SELECT state <> 'running' FROM imports"))
    assert await rows(database, STATE) == [("completed", MESSAGES, MESSAGES, 0, 0, 0)]
    assert await rows(database, "SELECT count(*), count(DISTINCT external_id) FROM messages") == [(MESSAGES, MESSAGES)]
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'import.completed'") == 1


async def running_import(database, folder):
    """An import that was started, with its file where the process looks for it."""
    actor, content = await person(database, "ana"), export()
    async with database.transaction() as session:
        row = Import(
            file_name="ops.jsonl", size=len(content), received=len(content), source="ops", options={},
            state=ImportState.RUNNING, created_by_user_id=actor.user_id, created_via=Via.SESSION, started_at=now(),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        uploads = Uploads(folder)
        uploads.append(uploads.path(row.id, row.file_name), 0, content)


def export():
    said = (
        {"id": f"m{number}", "channel": "ops", "author": "ana", "ts": (MORNING + timedelta(seconds=number)).isoformat()}
        for number in range(MESSAGES)
    )
    return "\n".join(json.dumps({**each, "text": f"Line {each['id']}."}) for each in said).encode()
