"""One queue of both kinds: its orders, rows, counts, and the next one for somebody."""

from datetime import timedelta

import pytest
from tests.builders import draft, propose, rows, with_evidence
from tests.web.helpers import BASE, serving
from tests.web.review_helpers import as_person

from assay.clock import now
from assay.db.models import Role
from assay.kinds import AtomType, Kind

pytestmark = pytest.mark.anyio
QUEUE = f"{BASE}/review/queue"


@pytest.fixture
async def app(database_url):
    async with serving(database_url) as app:
        yield app


@pytest.fixture
async def ana(app, database):
    async with as_person(app, database, "ana") as http:
        yield http


async def asked(http, path=QUEUE, **query):
    answer = await http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles(http, **query):
    return [each["title"] for each in (await asked(http, **query))["items"]]


async def change(database, proposal_id, **values):
    changes = ", ".join(f"{name} = :{name}" for name in values)
    await rows(database, f"UPDATE proposals SET {changes} WHERE id = :id RETURNING 1", id=proposal_id, **values)


@pytest.mark.parametrize("sort", ["worth", "created_at", "-created_at", "confidence", "-confidence"])
async def test_both_kinds_stand_in_one_list_whose_pages_follow_each_other(database, ana, sort):
    await propose(database, [draft(kind, confidence=each / 5) for each in (3, 1, 4, 1) for kind in Kind])
    seen, after = [], dict[str, str]()
    while True:
        page = await asked(ana, sort=sort, limit=3, **after)
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(set(seen)) == len(seen) == 8
    assert (await ana.get(QUEUE, params={"sort": sort, "kind": "atom", **after})).status_code == (422 if after else 200)


async def test_worth_deciding_first_is_what_came_back_holds_up_others_or_runs_out(database, ana):
    plain, topic, old, back = (
        draft(title="Plain"),
        draft(Kind.TOPIC, "Topic"),
        draft(title="Nearly expired"),
        draft(title="Came back"),
    )
    waits = [draft(title=f"Waits {each}", topic_name="Topic") for each in range(2)]
    for each in (plain, topic, old, back):
        await propose(database, [each])
    await propose(database, waits)
    await change(database, old.id, refreshed_at=now() - timedelta(days=28))
    await change(database, back.id, snoozed_until=now() - timedelta(minutes=1))
    expected = ["Came back", "Nearly expired", "Topic", "Plain", "Waits 0", "Waits 1"]
    assert await titles(ana, sort="worth") == expected
    page = await asked(ana, sort="worth")
    found = {each["title"]: each for each in page["items"]}
    assert (found["Topic"]["waiting"], found["Came back"]["came_back"], found["Waits 0"]["topic"]) == (2, True, "Topic")


async def test_what_is_put_off_stands_in_a_view_of_its_own_until_it_comes_back(database, ana):
    _, off = await propose(database, [draft(title="Here"), draft(title="Off")])
    until = now() + timedelta(days=1)
    await ana.put(f"{BASE}/review/{off}/snooze", json={"until": until.isoformat()})
    assert await titles(ana) == ["Here"]
    assert await titles(ana, snoozed=True) == ["Off"]
    for sort in ("worth", "created_at"):
        assert await titles(ana, sort=sort) == ["Here"]
        assert await titles(ana, snoozed=True, sort=sort) == ["Off"]
    assert (await asked(ana, f"{BASE}/review/counts"))["total"] == 1
    await ana.put(f"{BASE}/knowledge/atoms/proposals/{off}/reject", json={})
    await ana.post(f"{BASE}/knowledge/atoms/proposals/{off}/reopen", json={})
    assert sorted(await titles(ana)) == ["Here", "Off"]


async def test_of_those_that_say_the_same_a_grouped_queue_shows_the_oldest(database, ana):
    first, second, third, update = await propose(database, [draft(title=each) for each in ("1", "2", "3", "4")])
    likeness = {"dedup_state": "duplicate", "similarity_score": 0.9}
    for each, kind in ((second, "semantic"), (third, "fuzzy"), (update, "update")):
        await change(database, each, similar_proposal_id=first, similarity_type=kind, **likeness)
    assert await titles(ana, grouped=True, sort="created_at") == ["1", "4"]
    assert await titles(ana, sort="created_at") == ["1", "2", "3", "4"]
    [row] = [each for each in (await asked(ana, grouped=True))["items"] if each["id"] == str(first)]
    assert row["repeats"] == 3
    await ana.put(f"{BASE}/knowledge/atoms/proposals/{first}/approve", json={})
    await rows(
        database,
        "UPDATE proposals SET similar_entity_id = :id, similar_proposal_id = NULL"
        " WHERE similar_proposal_id = :id RETURNING 1",
        id=first,
    )
    assert await titles(ana, grouped=True, sort="created_at") == ["2", "4"]
    assert [each["repeats"] for each in (await asked(ana, grouped=True, sort="created_at"))["items"]] == [2, 0]


async def test_a_row_says_who_has_it_what_was_said_and_what_changed(app, database, ana):
    [each] = await propose(database, [draft(title="Mine", confidence=0.4)])
    url = f"{BASE}/knowledge/atoms/proposals/{each}"
    async with as_person(app, database, "ben") as ben:
        await ben.put(f"{BASE}/review/{each}/seen", json={"version": 1})
        await ana.put(f"{url}/assignee", json={"to": ana.actor.user_id})
        await ana.put(f"{BASE}/review/{each}/claim")
        await ana.post(f"{BASE}/review/{each}/notes", json={"notes": "Wait."})
        [row] = (await asked(ben))["items"]
        assert (row["assignee"]["name"], row["claim"]["name"], row["notes"], row["changed"]) == ("ana", "ana", 1, True)
        assert "confidence below the threshold" in row["held"]
        await ana.put(f"{url}/reject", json={})
        [row] = (await asked(ben, status="rejected"))["items"]
        assert (row["decision"]["by"], row["decision"]["action"], row["claim"]) == ("ana", "reject", None)


async def test_words_that_were_searched_for_are_highlighted(database, ana):
    await propose(database, [draft(title="Backups <b>run</b> nightly", body="The backups take an hour.")])
    [row] = (await asked(ana, text="backup"))["items"]
    assert [each["text"] for each in row["highlight"]["title"] if each["hit"]] == ["Backups"]
    assert "".join(each["text"] for each in row["highlight"]["title"]) == "Backups <b>run</b> nightly"
    assert [each["text"] for each in row["highlight"]["body"] if each["hit"]] == ["backups"]


async def test_each_facet_is_counted_as_if_it_were_open(database, ana):
    kinds = (AtomType.DECISION, AtomType.DECISION, AtomType.PROBLEM)
    drafts = await with_evidence(database, *(draft(atom_type=each) for each in kinds), channel="backend")
    await propose(database, [*drafts, draft(Kind.TOPIC)])
    counts = await asked(ana, f"{BASE}/review/counts", type="problem", kind="atom")
    facets = {each["name"]: {value["value"]: value["count"] for value in each["values"]} for each in counts["facets"]}
    assert counts["total"] == 1
    assert facets["type"] == {"decision": 2, "problem": 1}
    assert facets["channel"] == {"backend": 1}
    assert (await asked(ana, f"{BASE}/review/counts"))["total"] == 4
    await ana.put(f"{BASE}/knowledge/atoms/proposals/{drafts[0].id}/assignee", json={"to": ana.actor.user_id})
    counts = await asked(ana, f"{BASE}/review/counts", channel="backend")
    [assignees] = [each["values"] for each in counts["facets"] if each["name"] == "assignee"]
    assert {each["label"]: each["count"] for each in assignees} == {"nobody": 2, "ana": 1}


async def test_the_next_one_is_what_nobody_else_reads(app, database, ana):
    one, two = await propose(database, [draft(), draft()])

    async def following(http, **asked):
        answer = await http.post(f"{BASE}/review/next", json={"sort": "created_at", **asked})
        return answer.json()["id"]

    async with as_person(app, database, "ben") as ben:
        assert (await following(ana), await following(ben)) == (str(one), str(two))
        assert await following(ana) == str(one)
        assert await following(ana, passed=[str(one)]) is None
        assert await following(ben, filter={"kind": ["topic"]}) is None
    async with as_person(app, database, "vera", Role.VIEWER) as vera:
        assert (await vera.post(f"{BASE}/review/next", json={})).status_code == 403


async def test_views_are_ones_own_and_have_one_name_each(app, database, ana):
    url = f"{BASE}/review/views"
    kept = {"name": "Problems", "filter": {"type": "problem"}, "sort": "confidence"}
    first = (await ana.put(url, json=kept)).json()
    again = (await ana.put(url, json=kept | {"filter": {"channel": "x"}})).json()
    assert (again["id"], again["filter"]["channel"], again["filter"]["type"]) == (first["id"], "x", None)
    async with as_person(app, database, "ben") as ben:
        assert (await asked(ben, url))["items"] == []
        assert (await ben.delete(f"{url}/{first['id']}")).status_code == 404
    assert [each["name"] for each in (await asked(ana, url))["items"]] == ["Problems"]
    assert (await ana.delete(f"{url}/{first['id']}")).status_code == 204
    assert (await ana.put(url, json=kept | {"filter": {"colour": "red"}})).status_code == 422
