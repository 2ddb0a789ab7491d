"""The rest of the API: messages, proposing, runs, jobs, policy and the trail."""

from uuid import uuid4

import pytest
from tests.builders import MORNING, get, rows, scalar
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.db.models import ActorKind, Role, Scope

pytestmark = pytest.mark.anyio


@pytest.fixture
async def http(database, database_url):
    """Ada, who may do everything."""
    secret = await token(database, await person(database, "ada", Role.ADMIN), *Scope)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        yield client


@pytest.fixture
async def agent(database, database_url):
    """A program that reads and proposes."""
    bot = await person(database, "bot", kind=ActorKind.AGENT)
    secret = await token(database, bot, Scope.READ, Scope.PROPOSE)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        yield client


def message(text: str = "We use Postgres 16.", **changes):
    return {
        "external_id": "m1",
        "channel": "backend",
        "author": "tom",
        "sent_at": MORNING.isoformat(),
        "text": text,
        **changes,
    }


async def brought_in(http, body):
    answer = (await http.post(f"{BASE}/messages", json=body)).json()
    return tuple(answer[each] for each in ("added", "edited", "unchanged", "erased"))


async def test_messages_come_in_once_and_are_edited(http):
    body = {"source": "chat", "messages": [message(), message(external_id="m2")]}
    assert await brought_in(http, body) == (2, 0, 0, 0)
    assert await brought_in(http, body) == (0, 0, 2, 0)
    edited = {"source": "chat", "messages": [message("We use Postgres 17.")]}
    assert (await http.post(f"{BASE}/messages", json=edited)).json()["edited"] == 1
    listed = (await http.get(f"{BASE}/messages", params={"source": "chat", "limit": 2})).json()
    rest = (await http.get(f"{BASE}/messages", params={"source": "chat", "after": listed["next"]})).json()
    assert len(listed["items"] + rest["items"]) == 3
    one = listed["items"][0]
    assert (await http.get(f"{BASE}/messages/{one['id']}")).json() == one
    assert (await http.get(f"{BASE}/messages/{uuid4()}")).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"text": ""},
        {"text": "x\0"},
        {"author": "x" * 201},
        {"sent_at": "2026-03-02T09:00:00"},
        {"sent_at": "1970-01-01T00:00:00Z"},
        {"extra": 1},
    ],
)
async def test_one_bad_message_refuses_all(database, http, bad):
    body = {"source": "chat", "messages": [message(external_id="good"), message(**bad)]}
    assert (await http.post(f"{BASE}/messages", json=body)).status_code == 422
    assert await scalar(database, "SELECT count(*) FROM messages") == 0


async def test_an_agent_proposes_by_evidence_and_does_not_decide(database, agent):
    await agent.post(f"{BASE}/messages", json={"source": "chat", "messages": [message()]})
    said = await scalar(database, "SELECT id FROM messages")
    proposal = {
        "proposed_type": "decision",
        "proposed_title": "Postgres 16 is used",
        "proposed_topic": "Postgres",
        "confidence": 1,
        "evidence": [
            {"message_id": str(said), "quote": "We use Postgres 16."},
            {"message_id": str(said), "quote": "Never said."},
        ],
    }
    answer = await agent.post(f"{BASE}/knowledge/atoms/proposals", json=[proposal])
    assert answer.status_code == 201, answer.text
    [made] = answer.json()["items"]
    assert (made["stated_confidence"], made["source"], made["channel"]) == (1, "chat", "backend")
    assert made["confidence"] < 1
    verified = await rows(database, "SELECT verified FROM evidence ORDER BY position")
    assert [each.verified for each in verified] == [True, False]
    assert (await agent.put(f"{BASE}/knowledge/atoms/proposals/{made['id']}/approve", json={})).status_code == 403
    topic = {"proposed_name": "Postgres", "confidence": 0.5}
    assert (await agent.post(f"{BASE}/knowledge/topics/proposals", json=[topic])).status_code == 201
    assert (await agent.post(f"{BASE}/knowledge/topics/proposals", json=[topic])).status_code == 409
    unknown = {**proposal, "evidence": [{"message_id": str(uuid4()), "quote": "x"}]}
    assert (await agent.post(f"{BASE}/knowledge/atoms/proposals", json=[unknown])).status_code == 422
    assert (await get(database, made["id"])).version == 1


async def test_free_form_values_are_kept_whole_but_for_secrets(http):
    deep = {"a": [{"b": {"c": {"d": {"e": {"f": "deep"}}}}}]}
    whole = {"large": 10**18, "long": "x" * 5_000, "many": [*range(300)], **deep, **{f"k{n}": n for n in range(62)}}
    proposal = {
        "proposed_type": "insight",
        "proposed_title": "Values are kept",
        "proposed_meta": {**whole, "note": "password: hunter2!"},
        "confidence": 0.5,
    }
    answer = await http.post(f"{BASE}/knowledge/atoms/proposals", json=[proposal])
    [made] = answer.json()["items"]
    assert made["proposed_meta"] == {**whole, "note": "password: [masked]"}


async def test_a_run_is_asked_for(database, http):
    answer = await http.post(f"{BASE}/extractions")
    assert (answer.status_code, answer.json()) == (202, {"job": "extract_knowledge_from_messages"})
    assert await scalar(database, "SELECT count(*) FROM job_requests") == 1
    assert (await http.get(f"{BASE}/extractions")).json() == {"items": [], "next": None}
    assert (await http.get(f"{BASE}/extractions/{uuid4()}")).status_code == 404
    assert (await http.post(f"{BASE}/extractions/{uuid4()}/cancel")).status_code == 404


async def test_a_job_rests_and_runs_again(http):
    url = f"{BASE}/jobs/deduplication_scan"
    assert (await http.post(f"{url}/pause")).json()["changed"] is True
    assert (await http.post(f"{url}/pause")).json()["changed"] is False
    listed = {each["name"]: each for each in (await http.get(f"{BASE}/jobs")).json()["items"]}
    assert (listed["deduplication_scan"]["paused"], listed["deduplication_scan"]["cron"]) == (True, "*/30 * * * *")
    assert (await http.post(f"{url}/resume")).json()["changed"] is True
    assert (await http.post(f"{url}/run")).status_code == 202
    assert (await http.get(f"{url}/runs")).json() == {"items": [], "next": None}
    assert (await http.post(f"{BASE}/jobs/none/run")).status_code == 404


async def test_the_policy_is_put_by_whoever_read_it(http):
    before = await http.get(f"{BASE}/policy")
    assert (before.json()["version"], before.json()["document"], before.headers["etag"]) == (0, {}, '"0"')
    rules = {"document": {"auto_approval_threshold": 0.9}, "note": "Bolder."}
    made = await http.put(f"{BASE}/policy", json=rules, headers={"If-Match": '"0"'})
    assert (made.json()["version"], made.json()["document"]) == (1, {"auto_approval_threshold": 0.9})
    assert made.json()["in_force"]["threshold"] == 0.9
    assert (await http.put(f"{BASE}/policy", json=rules, headers={"If-Match": '"0"'})).status_code == 412
    assert (await http.put(f"{BASE}/policy", json={"document": {"be_nice": True}})).status_code == 422
    assert (await http.put(f"{BASE}/policy", json={"document": {}})).json()["document"] == {}
    [newest, first] = (await http.get(f"{BASE}/policy/history")).json()["items"]
    assert (newest["version"], first["note"], first["author"]) == (2, "Bolder.", "ada")


LISTS = (
    *("audit", "messages", "extractions", "knowledge/atoms", "knowledge/atoms/proposals"),
    *("policy/history", "jobs/deduplication_scan/runs"),
)


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_refuses_what_it_does_not_know(http, path):
    answer = await http.get(f"{BASE}/{path}", params={"sour": "chat"})
    assert (answer.status_code, "query.sour" in answer.json()["detail"]) == (422, True)


async def test_a_method_that_is_not_there_names_all_that_are(http):
    answer = await http.put(f"{BASE}/session", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, POST")


async def test_the_trail_is_read_backwards(http):
    for _ in range(3):
        await http.post(f"{BASE}/extractions")
    page = (await http.get(f"{BASE}/audit", params={"action": "job.requested", "limit": 2})).json()
    rest = (await http.get(f"{BASE}/audit", params={"action": "job.requested", "after": page["next"]})).json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert {each["actor"] for each in page["items"]} == {"ada"}
