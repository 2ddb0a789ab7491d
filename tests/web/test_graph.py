"""How knowledge hangs together over HTTP: what is near what, and what contradicts what."""

from uuid import uuid4

import pytest
from tests.builders import draft, propose
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.audit.actor import SYSTEM
from assay.db.bulk import insert_rows
from assay.db.models import AtomLink, Scope, TopicAtom
from assay.kinds import Kind, LinkType
from assay.proposals import actions

pytestmark = pytest.mark.anyio


@pytest.fixture
async def http(database, database_url):
    secret = await token(database, await person(database, "ana"), Scope.READ)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        yield client


async def known(database, *titles, kind=Kind.ATOM):
    ids = await propose(database, [draft(kind, each) for each in titles])
    async with database.transaction() as session:
        await actions.approve(session, ids, actor=SYSTEM)
    return ids


async def linked(database, one, other, link_type=LinkType.SUPPORTS):
    row = {"from_id": one, "to_id": other, "link_type": link_type, "strength": 0.9}
    async with database.transaction() as session:
        await insert_rows(session, AtomLink, [row])


async def test_what_is_within_two_steps_is_shown_with_what_connects_it(database, http):
    first, second, third, fourth = await known(database, "One", "Two", "Three", "Four")
    [topic] = await known(database, "Subject", kind=Kind.TOPIC)
    for one, other in ((first, second), (second, third), (third, fourth)):
        await linked(database, one, other)
    async with database.transaction() as session:
        await insert_rows(session, TopicAtom, [{"topic_id": topic, "atom_id": first}])
    found = (await http.get(f"{BASE}/knowledge/graph/{first}")).json()
    assert [(each["title"], each["step"]) for each in found["nodes"][:1]] == [("One", 0)]
    assert {each["title"]: each["step"] for each in found["nodes"]} == {"One": 0, "Two": 1, "Subject": 1, "Three": 2}
    assert {(each["from_id"], each["type"]) for each in found["edges"]} == {
        (str(first), "supports"),
        (str(second), "supports"),
        (str(first), "filed_under"),
    }


async def test_what_was_withdrawn_is_near_nothing(database, http):
    first, second = await known(database, "One", "Two")
    await linked(database, first, second)
    async with database.transaction() as session:
        await actions.revert(session, [second], actor=SYSTEM)
    found = (await http.get(f"{BASE}/knowledge/graph/{first}")).json()
    assert [each["title"] for each in found["nodes"]] == ["One"]


async def test_what_is_not_there_is_not_found(http):
    assert (await http.get(f"{BASE}/knowledge/graph/{uuid4()}")).status_code == 404


async def test_what_contradicts_what_comes_in_pages(database, http):
    ids = await known(database, "Ports are open", "Ports are shut", "Doors are open", "Doors are shut", "Else")
    await linked(database, ids[1], ids[0], LinkType.CONTRADICTS)
    await linked(database, ids[3], ids[2], LinkType.CONTRADICTS)
    await linked(database, ids[4], ids[0])
    first = (await http.get(f"{BASE}/knowledge/contradictions", params={"limit": 1})).json()
    rest = (await http.get(f"{BASE}/knowledge/contradictions", params={"limit": 1, "after": first["next"]})).json()
    assert [(each["one"]["title"], each["other"]["title"]) for each in first["items"] + rest["items"]] == [
        ("Doors are shut", "Doors are open"),
        ("Ports are shut", "Ports are open"),
    ]
    assert rest["next"] is None
