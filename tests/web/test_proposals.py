"""Proposals over HTTP, for both kinds by the same code."""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.builders import BOTH_KINDS, counted_statements, draft, get, propose, rows, scalar, with_evidence
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.accounts import actions as accounts
from assay.audit.actor import SYSTEM
from assay.db.models import ProposalStatus, Role, Scope
from assay.kinds import TRAITS, Kind
from assay.proposals.lists import pages
from assay.proposals.lists.filters import Sort

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)


def base(kind: Kind) -> str:
    return f"{BASE}/knowledge/{TRAITS[kind].plural}/proposals"


@pytest.fixture
async def ana_http(database, database_url):
    """Ana, who may review, by token."""
    async with asked_by(database, database_url, "ana") as http:
        yield http


@asynccontextmanager
async def asked_by(database, database_url, name, *scopes, role=Role.REVIEWER):
    who = await person(database, name, role)
    secret = await token(database, who, *(scopes or (Scope.READ, Scope.REVIEW, Scope.PROPOSE)))
    async with serving(database_url) as app, asking(app, **bearer(secret)) as http:
        yield http


async def titles(http, kind: Kind, **query):
    answer = await http.get(base(kind), params=query)
    assert answer.status_code == 200, answer.text
    key = f"proposed_{TRAITS[kind].title_label}"
    return [each[key] for each in answer.json()["items"]]


@kinds
@pytest.mark.parametrize("sort", ["created_at", "-created_at", "confidence", "-confidence"])
async def test_pages_follow_each_other_in_every_order_without_gap_or_repeat(database, ana_http, kind, sort):
    await propose(database, [draft(kind, confidence=each / 5) for each in (3, 1, 1, 4, 1, 5, 2)])
    seen, after = [], dict[str, str]()
    while True:
        page = (await ana_http.get(base(kind), params={"sort": sort, "limit": 3, **after})).json()
        seen += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    key = sort.removeprefix("-")
    values = [each[key] for each in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert len({each["id"] for each in seen}) == len(seen) == 7


@kinds
async def test_a_list_is_narrowed_by_each_filter(database, ana_http, kind):
    drafts = draft(kind, "Sure thing"), draft(kind, "Unsure", confidence=0.2)
    sure, unsure = await with_evidence(database, *drafts, channel="backend")
    gone = draft(kind, "Gone")
    await propose(database, [sure, unsure, gone])
    await ana_http.put(f"{base(kind)}/{gone.id}/reject", json={})
    assert await titles(ana_http, kind) == ["Sure thing", "Unsure"]
    for query, found in (
        ({"status": "rejected"}, ["Gone"]),
        ({"status": ["rejected", "pending"], "sort": "created_at"}, ["Sure thing", "Unsure", "Gone"]),
        ({"confidence_min": 0.9}, ["Sure thing"]),
        ({"confidence_max": 0.5}, ["Unsure"]),
        ({"source": "test", "channel": "backend"}, ["Sure thing", "Unsure"]),
        ({"channel": "frontend"}, []),
        ({"text": "thing"}, ["Sure thing"]),
        ({"text": "'; DROP TABLE proposals; --"}, []),
        ({"dedup_state": "duplicate"}, []),
        ({"needs_attention": True}, []),
        ({"run": str(uuid4())}, []),
        ({"created_after": "2999-01-01T00:00:00Z"}, []),
        ({"created_before": "2999-01-01T00:00:00Z"}, ["Sure thing", "Unsure"]),
        ({"type": "problem"}, []),
        ({"assignee": "nobody"}, ["Sure thing", "Unsure"]),
        ({"assignee": 1}, []),
    ):
        assert await titles(ana_http, kind, **query) == found, query


async def test_a_list_that_takes_too_long_says_so(ana_http, monkeypatch):
    async def slowly(session, *_args, **_rest):
        await session.execute(text("SELECT set_config('statement_timeout', '20ms', true)"))
        await session.execute(text("SELECT pg_sleep(20)"))

    monkeypatch.setattr(pages, "page", slowly)
    answer = await ana_http.get(base(Kind.ATOM))
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "The search took too long and was given up: narrow the filter, or try again.",
    )


@kinds
async def test_the_detail_says_what_a_person_must_know(database, ana_http, kind):
    [each] = await with_evidence(database, draft(kind, "We use Postgres 16", confidence=0.5))
    await propose(database, [each])
    answer = await ana_http.get(f"{base(kind)}/{each.id}")
    document = answer.json()
    assert answer.headers["etag"] == '"1"'
    [quote] = document["evidence"]
    assert quote["text"][quote["start_offset"] : quote["end_offset"]] == quote["quote"]
    assert "confidence below the threshold" in document["held"]
    assert [entry["action"] for entry in document["trail"]] == ["proposal.created"]
    other = next(each for each in BOTH_KINDS if each is not kind)
    assert (await ana_http.get(f"{base(other)}/{each.id}")).status_code == 404


@kinds
async def test_a_decision_goes_there_and_back(database, ana_http, kind):
    [each] = await propose(database, [draft(kind)])
    url = f"{base(kind)}/{each}"
    for method, path, status in (
        ("PUT", "reject", "rejected"),
        ("POST", "reopen", "pending"),
        ("PUT", "approve", "approved"),
        ("POST", "revert", "pending"),
    ):
        answer = await ana_http.request(method, f"{url}/{path}", json={"notes": "Because."})
        assert (answer.status_code, answer.json()["status"]) == (200, status), answer.text
    trail = (await ana_http.get(url)).json()["trail"]
    assert {entry["actor"] for entry in trail[1:]} == {"ana"}
    assert (await get(database, each)).status is ProposalStatus.PENDING


@kinds
async def test_a_merge_needs_a_target(database, ana_http, kind):
    target, each = await propose(database, [draft(kind), draft(kind)])
    await ana_http.put(f"{base(kind)}/{target}/approve", json={})
    wrong = await ana_http.put(f"{base(kind)}/{each}/merge", json={"into": str(uuid4())})
    assert wrong.status_code == 409
    right = await ana_http.put(f"{base(kind)}/{each}/merge", json={"into": str(target)})
    assert right.json()["merged_into_entity_id"] == str(target)


@kinds
async def test_what_is_decided_already_says_who_did_what_and_when(database, ana_http, kind):
    [each] = await propose(database, [draft(kind)])
    assert (await ana_http.put(f"{base(kind)}/{each}/approve", json={})).status_code == 200
    answer = await ana_http.put(f"{base(kind)}/{each}/reject", json={})
    problem = answer.json()
    assert (answer.status_code, problem["decision"]["by"], problem["decision"]["action"]) == (409, "ana", "approve")
    assert problem["decision"]["at"] in (await ana_http.get(f"{base(kind)}/{each}")).text
    assert problem["entity_id"] == str(each)


WRITES = {
    ("PUT", "/approve"): {},
    ("PUT", "/reject"): {},
    ("PUT", "/supersede"): {},
    ("PUT", "/merge"): {"into": str(uuid4())},
    ("PUT", "/assignee"): {"to": None},
    ("POST", "/reopen"): {},
    ("POST", "/revert"): {},
    ("POST", "/try-again"): {},
    ("POST", "/withdraw"): {},
    ("POST", "/not-duplicate"): {"other": str(uuid4())},
    ("POST", "/not-duplicate/undo"): {"other": str(uuid4())},
    ("PATCH", ""): {},
}
"""All that changes one proposal, with a body; for an edit, other words come to it."""


def other_words(kind):
    return {f"proposed_{TRAITS[kind].title_label}": "Other words"}


@kinds
async def test_a_version_that_was_not_read_is_refused_by_every_write(database, ana_http, kind):
    [each] = await propose(database, [draft(kind)])
    before = await rows(database, "SELECT * FROM proposals")
    for (method, path), body in (WRITES | {("PATCH", ""): other_words(kind)}).items():
        url = f"{base(kind)}/{each}{path}"
        stale = await ana_http.request(method, url, json=body, headers={"If-Match": '"7"'})
        assert (stale.status_code, stale.json()["detail"]) == (
            412,
            "The proposal changed since it was read: version 7 then, 1 now.",
        ), path
    assert await rows(database, "SELECT * FROM proposals") == before
    good = await ana_http.put(f"{base(kind)}/{each}/approve", json={}, headers={"If-Match": '"1"'})
    assert (good.status_code, good.headers["etag"]) == (200, '"2"')


async def test_every_write_on_a_proposal_says_that_it_honours_a_version(ana_http):
    paths = (await ana_http.get(f"{BASE}/openapi.json")).json()["paths"]
    one = f"{base(Kind.ATOM)}/{{proposal_id}}"
    writes = {
        (method.upper(), path.removeprefix(one)): {each["name"] for each in operation["parameters"]}
        for path, operations in paths.items()
        for method, operation in operations.items()
        if path.startswith(one) and method != "get" and not path.endswith("/preview")
    }
    assert writes.keys() == WRITES.keys()
    assert [path for path, names in writes.items() if "if-match" not in names] == []


@kinds
async def test_an_edit_changes_the_words_and_is_compared_anew(database, ana_http, kind):
    [each] = await propose(database, [draft(kind, "Offline sink")])
    label = f"proposed_{TRAITS[kind].title_label}"
    answer = await ana_http.patch(f"{base(kind)}/{each}", json={label: "Offline sync", "notes": "A typo."})
    assert (answer.status_code, answer.json()[label]) == (200, "Offline sync")
    changed = await get(database, each)
    assert (changed.title_key, changed.version, changed.review_action) == ("offline sync", 2, "edit")
    [entry] = await rows(database, "SELECT detail FROM audit_log WHERE action = 'proposal.edited'")
    assert entry.detail["before"] == {"title": "Offline sink"}
    too_long = await ana_http.patch(f"{base(kind)}/{each}", json={label: "x" * 300})
    assert too_long.status_code == 422
    assert (await ana_http.patch(f"{base(kind)}/{each}", json={"confidence": 1})).status_code == 422
    nothing = await ana_http.patch(f"{base(kind)}/{each}", json={"notes": "Seen."})
    assert (nothing.status_code, "give at least one of" in nothing.json()["detail"]) == (422, True)
    assert (await get(database, each)).version == 2


@kinds
async def test_nobody_decides_on_what_they_proposed(database, database_url, kind):
    async with asked_by(database, database_url, "ana") as http:
        ana = await scalar(database, "SELECT id FROM users WHERE name = 'ana'")
        [each] = await propose(database, [draft(kind)])
        async with database.transaction() as session:
            await session.execute(text("UPDATE proposals SET proposed_by_user_id = :ana"), {"ana": ana})
        edit = {f"proposed_{TRAITS[kind].title_label}": "Other words"}
        for method, path, body in (("PUT", "approve", {}), ("PUT", "reject", {}), ("PATCH", "", edit)):
            answer = await http.request(method, f"{base(kind)}/{each}/{path}".rstrip("/"), json=body)
            assert (answer.status_code, answer.json()["refusal"]) == (403, "forbidden")


@kinds
async def test_a_write_with_a_key_is_carried_out_once(database, ana_http, kind):
    [each, other] = await propose(database, [draft(kind), draft(kind)])
    key = {"Idempotency-Key": "the-first"}

    async def send(which):
        return await ana_http.put(f"{base(kind)}/{which}/approve", json={}, headers=key)

    answers = await asyncio.gather(send(each), send(each), send(each))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({(answer.text, answer.headers["etag"]) for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 2
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'proposal.approved'") == 1
    misused = await send(other)
    assert (misused.status_code, (await get(database, other)).status) == (409, ProposalStatus.PENDING)


@kinds
async def test_what_was_refused_is_not_kept(database, ana_http, kind):
    [each] = await propose(database, [draft(kind)])
    headers = {"Idempotency-Key": "k", "If-Match": '"9"'}
    assert (await ana_http.put(f"{base(kind)}/{each}/reject", json={}, headers=headers)).status_code == 412
    assert await scalar(database, "SELECT count(*) FROM idempotency_keys") == 0


@kinds
async def test_many_are_decided_by_id_each_with_its_result(database, ana_http, kind):
    good, decided = await propose(database, [draft(kind), draft(kind)])
    await ana_http.put(f"{base(kind)}/{decided}/reject", json={})
    unknown, other = uuid4(), next(each for each in BOTH_KINDS if each is not kind)
    [foreign] = await propose(database, [draft(other)])
    body = {"ids": [str(each) for each in (good, decided, unknown, foreign)]}
    answer = (await ana_http.post(f"{base(kind)}/bulk/approve", json=body)).json()
    assert (answer["count"], answer["done"], answer["refused"]) == (4, 1, 3)
    assert {each["id"]: each["refusal"] for each in answer["items"]} == {
        str(good): None,
        str(decided): "conflict",
        str(unknown): "not_found",
        str(foreign): "not_found",
    }


@kinds
async def test_all_that_fit_a_filter_are_decided_if_they_are_still_the_same(database, ana_http, kind):
    low = await propose(database, [draft(kind, confidence=0.1) for _ in range(3)])
    [high] = await propose(database, [draft(kind)])
    url, wanted = f"{base(kind)}/bulk/reject", {"confidence_max": 0.5}
    preview = (await ana_http.post(url, json={"filter": wanted, "dry_run": True})).json()
    assert (preview["count"], preview["done"]) == (3, 3)
    assert {(await get(database, each)).status for each in low} == {ProposalStatus.PENDING}
    read = {"expected_count": preview["count"], "revision": preview["revision"]}
    await propose(database, [draft(kind, confidence=0.2)])
    refused = await ana_http.post(url, json={"filter": wanted, **read})
    assert (refused.status_code, refused.json()["count"]) == (409, 4)
    read = {"expected_count": 4, "revision": refused.json()["revision"]}
    assert (await ana_http.post(url, json={"filter": wanted, **read})).json()["done"] == 4
    assert (await get(database, high)).status is ProposalStatus.PENDING


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": ["x"]}, {"filter": {}}, {"ids": [str(uuid4())], "filter": {}}, {"everything": 1}]
)
async def test_a_bulk_that_means_nothing_is_refused(ana_http, body):
    assert (await ana_http.post(f"{base(Kind.ATOM)}/bulk/approve", json=body)).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10=", "bnVsbA==", "WzEsMl0=", "a" * 501])
async def test_a_cursor_that_is_none_of_ours_is_refused(ana_http, cursor):
    answer = await ana_http.get(base(Kind.ATOM), params={"after": cursor})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_cursor_of_another_order_or_list_is_refused(database, ana_http):
    for kind in BOTH_KINDS:
        await propose(database, [draft(kind), draft(kind)])
    lists = [(base(kind), {"sort": sort}) for kind in BOTH_KINDS for sort in Sort]
    cursors = [(await ana_http.get(url, params={**query, "limit": 1})).json()["next"] for url, query in lists]
    lists += [(f"{BASE}/{path}", {}) for path in ("extractions", "messages", "knowledge/atoms", "knowledge/topics")]
    for own, cursor in enumerate(cursors):
        answers = [await ana_http.get(url, params={**query, "after": cursor}) for url, query in lists]
        assert [each.status_code for each in answers] == [200 if one == own else 422 for one in range(len(lists))]
        refused = next(each for each in answers if each.status_code == 422)
        assert refused.json()["detail"] == "This cursor was not issued here, or belongs to another list or order."


async def test_a_viewer_reads_and_changes_nothing(database, database_url):
    [each] = await propose(database, [draft()])
    async with asked_by(database, database_url, "vera", Scope.READ, role=Role.VIEWER) as http:
        assert (await http.get(f"{base(Kind.ATOM)}/{each}")).status_code == 200
        assert (await http.put(f"{base(Kind.ATOM)}/{each}/approve", json={})).status_code == 403
        assert (await http.post(f"{base(Kind.ATOM)}/bulk/approve", json={"ids": [str(each)]})).status_code == 403
    assert (await get(database, each)).status is ProposalStatus.PENDING


@kinds
async def test_a_proposal_is_given_to_somebody_and_back_and_others_see_it(database, ana_http, kind):
    ben = await person(database, "ben")
    mine, other = await propose(database, [draft(kind, "For ben"), draft(kind, "For anybody")])
    given = await ana_http.put(f"{base(kind)}/{mine}/assignee", json={"to": ben.user_id})
    assert (given.status_code, given.json()["assignee_user_id"]) == (200, ben.user_id), given.text
    assert await titles(ana_http, kind, assignee=ben.user_id) == ["For ben"]
    assert await titles(ana_http, kind, assignee="nobody") == ["For anybody"]
    assert (await ana_http.get(f"{base(kind)}/{mine}")).json()["trail"][-1]["action"] == "proposal.assigned"
    back = await ana_http.put(f"{base(kind)}/{mine}/assignee", json={"to": None})
    assert back.json()["assignee_user_id"] is None
    await ana_http.put(f"{base(kind)}/{other}/reject", json={})
    assert (await ana_http.put(f"{base(kind)}/{other}/assignee", json={"to": ben.user_id})).status_code == 409


@kinds
async def test_nothing_is_given_to_those_who_cannot_decide_on_it(database, ana_http, kind):
    disabled, author = await person(database, "cleo"), await person(database, "dora")
    viewer = await person(database, "vera", Role.VIEWER)
    async with database.transaction() as session:
        await accounts.disable_user(session, disabled.user_id, actor=SYSTEM)
        nobody = await accounts.ensure_user(session, "eva")
    [each] = await propose(database, [draft(kind)], actor=author)
    before = await rows(database, "SELECT * FROM proposals")
    for user_id, status in (
        (1, 422),
        (disabled.user_id, 422),
        (viewer.user_id, 422),
        (nobody.user_id, 422),
        (10**9, 422),
        (author.user_id, 403),
    ):
        answer = await ana_http.put(f"{base(kind)}/{each}/assignee", json={"to": user_id})
        assert (answer.status_code, bool(answer.json()["detail"])) == (status, True), user_id
    assert await rows(database, "SELECT * FROM proposals") == before


@kinds
async def test_an_agent_that_may_only_propose_takes_back_its_own(database, database_url, kind):
    [theirs] = await propose(database, [draft(kind)])
    async with asked_by(database, database_url, "bot", Scope.PROPOSE, Scope.READ) as http:
        key = f"proposed_{TRAITS[kind].title_label}"
        asked = {key: "Ledger storage", "confidence": 0.9} | (
            {"proposed_type": "decision"} if kind is Kind.ATOM else {}
        )
        [mine] = (await http.post(base(kind), json=[asked])).json()["items"]
        done = await http.post(f"{base(kind)}/{mine['id']}/withdraw", json={"notes": "A slip."})
        assert (done.status_code, done.json()["status"], done.json()["review_action"]) == (200, "rejected", "withdrawn")
        assert (await http.post(f"{base(kind)}/{mine['id']}/withdraw", json={})).status_code == 409
        assert (await http.post(f"{base(kind)}/{theirs}/withdraw", json={})).status_code == 403
        assert (await http.post(f"{base(kind)}/{uuid4()}/withdraw", json={})).status_code == 404


@kinds
async def test_a_list_says_of_each_why_it_waits(database, ana_http, kind):
    await propose(database, [draft(kind, confidence=0.2)])
    [listed] = (await ana_http.get(base(kind))).json()["items"]
    assert "confidence below the threshold" in listed["held"]
    assert (await ana_http.get(f"{base(kind)}/{listed['id']}")).json()["held"] == listed["held"]


LOCKS = {"advisory": "pg_advisory_xact_lock(", "rows": "FOR NO KEY UPDATE OF p"}


@kinds
async def test_a_decision_takes_each_lock_once(database, database_url, kind):
    ids = await propose(database, [draft(kind, f"{name} of the harbour") for name in ("Cranes", "Pilots", "Tides")])
    steps = [
        (ids[0], "PUT", "/approve", {}),
        (ids[1], "PUT", "/merge", {"into": str(ids[0])}),
        (ids[1], "POST", "/revert", {}),
        (ids[0], "POST", "/revert", {}),
        (ids[2], "PUT", "/assignee", {"to": None}),
        (ids[2], "PATCH", "", other_words(kind)),
        (ids[2], "PUT", "/reject", {}),
        (ids[2], "POST", "/reopen", {}),
    ]
    who = await person(database, "ana", Role.REVIEWER)
    secret = await token(database, who, Scope.READ, Scope.REVIEW)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as http:
        for each, method, path, body in steps:
            version = (await http.get(f"{base(kind)}/{each}")).headers["ETag"]
            with counted_statements(app.state.assay.connections.writes) as statements:
                url, read = f"{base(kind)}/{each}{path}", {"If-Match": version}
                answer = await http.request(method, url, json=body, headers=read)
            assert answer.status_code == 200, (path, answer.text)
            taken = {lock: sum(words in each for each in statements) for lock, words in LOCKS.items()}
            assert taken == {"advisory": 1, "rows": 1}, (path, statements)
