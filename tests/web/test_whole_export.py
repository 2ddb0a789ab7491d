"""Everything as one file over HTTP: for administrators, what is known for all who may read."""

import asyncio
import io
import json
import zipfile

import pytest
from sqlalchemy import text
from tests.builders import scalar
from tests.export.world import LINK, lived_in
from tests.patience import until
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.db.models import Role, Scope

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
pytestmark = pytest.mark.anyio


async def answered(database, database_url, scope, path, **query):
    secret = await token(database, await person(database, f"the {scope}", Role.ADMIN), scope)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as http:
        return await http.get(f"{BASE}/{path}", params=query)


async def test_an_administrator_gets_every_record(database, database_url):
    await lived_in(database)
    answer = await answered(database, database_url, Scope.ADMIN, "export/records")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert (answer.status_code, lines[0]["format"], lines[-1]["end"]["proposals"]) == (200, "assay", 5)


@pytest.mark.parametrize("scope", [Scope.READ, Scope.PROPOSE, Scope.REVIEW])
async def test_every_record_takes_the_right_to_administer(database, database_url, scope):
    assert (await answered(database, database_url, scope, "export/records")).status_code == 403


async def test_what_is_known_comes_as_a_folder_or_as_linked_data(database, database_url):
    await lived_in(database)
    packed = await answered(database, database_url, Scope.READ, "export/knowledge")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.namelist() == ["Backups.md"]
        assert LINK in archive.read("Backups.md").decode()


async def test_linked_data_is_a_document_of_its_own_kind(database, database_url):
    answer = await answered(database, database_url, Scope.READ, "export/knowledge", format="jsonld")
    assert (answer.headers["content-type"], answer.json()["@graph"]) == ("application/ld+json", [])


async def test_one_person_has_one_export_written_or_sent_at_a_time(database, database_url):
    secret = await token(database, await person(database, "ana", Role.ADMIN), Scope.READ)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as http:
        async with database.transaction() as session:
            await session.execute(text("LOCK TABLE entities IN ACCESS EXCLUSIVE MODE"))
            first = asyncio.create_task(http.get(f"{BASE}/export/knowledge"))
            await until(lambda: scalar(database, WAITING))
            assert (await http.get(f"{BASE}/export/knowledge")).status_code == 429
        assert (await first).status_code == 200
        assert (await http.get(f"{BASE}/export/knowledge")).status_code == 200
