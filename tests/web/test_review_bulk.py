"""Deciding on many proposals, a portion at a time."""

from datetime import timedelta

import pytest
from tests.builders import draft, propose, rows
from tests.web.helpers import BASE, serving
from tests.web.review_helpers import as_person

from assay.clock import now
from assay.kinds import Kind
from assay.proposals import bulk

pytestmark = pytest.mark.anyio
BULK = f"{BASE}/review/bulk"


@pytest.fixture
async def app(database_url):
    async with serving(database_url) as app:
        yield app


@pytest.fixture
async def ana(app, database):
    async with as_person(app, database, "ana") as http:
        yield http


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    monkeypatch.setattr(bulk, "PORTION", 2)


async def begun(http, **asked):
    answer = await http.post(BULK, json=asked)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def carried_out(http, progress):
    while progress["finished_at"] is None:
        answer = await http.post(f"{BULK}/{progress['id']}/next", json={})
        assert answer.status_code == 200, answer.text
        progress = answer.json()
    return progress


async def states(database):
    return dict(await rows(database, "SELECT title, status FROM proposals"))


async def test_a_filter_is_looked_at_approved_portion_by_portion_and_undone(database, ana):
    topic, atoms = draft(Kind.TOPIC, "Topic"), [draft(title=each, topic_name="Topic") for each in "abc"]
    await propose(database, atoms)
    await propose(database, [topic])
    await rows(database, "UPDATE proposals SET topic_proposal_id = :id WHERE kind = 'atom' RETURNING 1", id=topic.id)
    order = {"action": "approve", "filter": {}, "notes": "All of it."}
    preview = (await ana.post(f"{BULK}/preview", json=order)).json()
    assert (preview["count"], preview["would_be_done"], preview["refusals"]) == (4, 4, [])
    assert set((await states(database)).values()) == {"pending"}
    progress = await begun(ana, **order, expected_count=4, revision=preview["revision"])
    first = (await ana.post(f"{BULK}/{progress['id']}/next", json={})).json()
    assert (first["taken"], first["done"], first["finished_at"]) == (2, 2, None)
    assert (await carried_out(ana, first))["done"] == 4
    assert set((await states(database)).values()) == {"approved"}
    undone = await carried_out(ana, (await ana.post(f"{BULK}/{progress['id']}/undo", json={})).json())
    assert (undone["done"], undone["undoes"]) == (4, progress["id"])
    assert set((await states(database)).values()) == {"pending"}
    stale = await ana.post(BULK, json={**order, "expected_count": 4, "revision": preview["revision"]})
    assert (stale.status_code, stale.json()["count"]) == (409, 4)


async def test_a_preview_counts_what_would_be_refused_and_why(database, ana):
    mine = await propose(database, [draft(), draft()], ana.actor)
    theirs = await propose(database, [draft()])
    preview = (
        await ana.post(f"{BULK}/preview", json={"action": "reject", "ids": [*map(str, [*mine, *theirs])]})
    ).json()
    [refused] = preview["refusals"]
    assert (preview["would_be_done"], refused["refusal"], refused["count"]) == (1, "forbidden", 2)


async def test_what_was_changed_meanwhile_is_refused_and_the_rest_is_done(app, database, ana):
    ids = [str(each) for each in await propose(database, [draft() for _ in range(3)])]
    progress = await begun(ana, action="reject", ids=ids)
    async with as_person(app, database, "ben") as ben:
        await ben.patch(f"{BASE}/knowledge/atoms/proposals/{ids[1]}", json={"proposed_title": "Other"})
        assert (await ben.post(f"{BULK}/{progress['id']}/next", json={})).status_code == 404
    done = await carried_out(ana, progress)
    assert (done["done"], list(done["refusals"])) == (2, [ids[1]])
    async with as_person(app, database, "cleo") as cleo:
        await cleo.post(f"{BASE}/knowledge/atoms/proposals/{ids[0]}/reopen", json={})
        await cleo.put(f"{BASE}/knowledge/atoms/proposals/{ids[0]}/reject", json={})
    undone = await carried_out(ana, (await ana.post(f"{BULK}/{progress['id']}/undo", json={})).json())
    assert (undone["done"], undone["refusals"]) == (1, {ids[0]: "Your decision holds no more: it was changed since."})


async def test_many_are_merged_assigned_and_put_off(database, ana):
    known, *others = await propose(database, [draft(title=each) for each in "kabc"])
    await ana.put(f"{BASE}/knowledge/atoms/proposals/{known}/approve", json={})
    ids = [str(each) for each in others]
    given = await carried_out(ana, await begun(ana, action="assign", ids=ids, to=ana.actor.user_id))
    assert given["done"] == 3
    until = (now() + timedelta(days=1)).isoformat()
    assert (await carried_out(ana, await begun(ana, action="snooze", ids=ids, until=until)))["done"] == 3
    assert (await ana.get(f"{BASE}/review/queue")).json()["items"] == []
    like = "UPDATE proposals SET similar_entity_id = :id, similarity_type = :type WHERE title = :title RETURNING 1"
    await rows(database, like, id=known, type="semantic", title="a")
    await rows(database, like, id=known, type="update", title="b")
    alike = await carried_out(ana, await begun(ana, action="merge", ids=ids))
    assert (alike["done"], alike["refusals"]) == (
        1,
        {ids[1]: bulk.SAYS_SOMETHING_ELSE, ids[2]: bulk.LIKE_NOTHING},
    )
    merged = await carried_out(ana, await begun(ana, action="merge", ids=ids[1:], into=str(known)))
    assert merged["done"] == 2
    undone = await carried_out(ana, (await ana.post(f"{BULK}/{merged['id']}/undo", json={})).json())
    assert undone["done"] == 2
    assert (await ana.post(f"{BULK}/{undone['id']}/undo", json={})).status_code == 409
    assert [each["action"] for each in (await ana.get(BULK)).json()["items"]][:2] == ["undo", "merge"]


async def test_a_group_is_decided_as_one(database, ana):
    first, second = await propose(database, [draft(title="First"), draft(title="Second")])
    candidate = f'[{{"id": "{first}", "title": "First", "is_entity": false, "score": 0.9, "type": "fuzzy"}}]'
    await rows(
        database,
        "UPDATE proposals SET dedup_state = 'duplicate', candidates = CAST(:candidates AS jsonb)"
        " WHERE id = :id RETURNING 1",
        id=second,
        candidates=candidate,
    )
    for each in (first, second):
        group = (await ana.get(f"{BASE}/review/{each}/group")).json()
        members = [(member["id"], member["stays"]) for member in group["members"]]
        assert (group["id"], group["is_entity"], members) == (str(first), False, [(str(second), None)])
    answer = await ana.post(f"{BASE}/review/groups/{first}/decide", json={"rest": "merge"})
    assert answer.json()["done"] == 2, answer.text
    assert await states(database) == {"First": "approved", "Second": "merged"}
    assert (await ana.post(f"{BASE}/review/groups/{first}/decide", json={})).status_code == 404
    assert (await ana.get(f"{BASE}/review/{first}/group")).json() is None
    bulk_id = answer.json()["bulk_id"]
    undone = await carried_out(ana, (await ana.post(f"{BULK}/{bulk_id}/undo", json={})).json())
    assert undone["done"] == 2
    assert await states(database) == {"First": "pending", "Second": "pending"}
    assert (await ana.post(f"{BULK}/preview", json={"action": "group", "ids": [str(first)]})).status_code == 422
