"""A decision on many whose web app is killed in the middle: it says where it stopped and goes on, nothing twice."""

import asyncio
from contextlib import suppress

import httpx2
import pytest
from tests.builders import draft, propose, rows, scalar
from tests.faults.helpers import address_of
from tests.web.helpers import BASE, bearer, person, token

from assay.db.models import Scope
from assay.proposals.bulk import PORTION

pytestmark = pytest.mark.anyio
NUMBER = 4 * PORTION
STATES = "SELECT status, count(*) FROM proposals GROUP BY status ORDER BY status"
DECIDED = "SELECT count(*), count(DISTINCT subject_id) FROM audit_log WHERE action = 'proposal.rejected'"


async def test_a_bulk_decision_survives_the_death_of_its_process(engine, database):
    ids = [str(each) for each in await propose(database, [draft() for _ in range(NUMBER)])]
    ana = await person(database, "ana")
    headers = bearer(await token(database, ana, Scope.READ, Scope.REVIEW))
    engine.module = "assay"
    process = engine.start("api", "--port", "0")
    address = f"http://{await address_of(process)}"
    async with httpx2.AsyncClient(base_url=address, headers=headers, timeout=None) as http:
        begun = (await http.post(f"{BASE}/review/bulk", json={"action": "reject", "ids": ids})).json()
        first = (await http.post(f"{BASE}/review/bulk/{begun['id']}/next", json={})).json()
        assert (first["taken"], first["done"], first["finished_at"]) == (PORTION, PORTION, None)
        on_its_way = asyncio.create_task(http.post(f"{BASE}/review/bulk/{begun['id']}/next", json={}))
        await asyncio.sleep(0.05)  # it is somewhere in the portion, or before it
        process.kill()
        process.communicate()
        with suppress(httpx2.HTTPError):
            await on_its_way
    address = f"http://{await address_of(engine.start('api', '--port', '0'))}"
    async with httpx2.AsyncClient(base_url=address, headers=headers, timeout=None) as http:
        [stopped] = (await http.get(f"{BASE}/review/bulk")).json()["items"]
        assert stopped["taken"] == await scalar(database, "SELECT count(*) FROM proposals WHERE status = 'rejected'")
        while stopped["finished_at"] is None:
            stopped = (await http.post(f"{BASE}/review/bulk/{begun['id']}/next", json={})).json()
    assert (stopped["done"], stopped["refused"]) == (NUMBER, 0)
    assert await rows(database, STATES) == [("rejected", NUMBER)]
    assert await rows(database, DECIDED) == [(NUMBER, NUMBER)]
