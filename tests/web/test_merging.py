"""Merging over HTTP: looked at first, field by field, and taken back."""

from uuid import uuid4

import pytest
from tests.builders import BOTH_KINDS, draft, propose, rows, scalar
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.audit.actor import SYSTEM
from assay.db.models import Scope
from assay.kinds import TRAITS, Kind
from assay.proposals import actions

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)
BODY = {Kind.TOPIC: "description", Kind.ATOM: "content"}


def of(kind: Kind, *parts: object) -> str:
    return "/".join(map(str, (BASE, "knowledge", TRAITS[kind].plural, *parts)))


@pytest.fixture
async def http(database, database_url):
    ana = await person(database, "ana")
    secret = await token(database, ana, Scope.READ, Scope.REVIEW)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        yield client


async def approved(database, kind, *bodies):
    ids = await propose(database, [draft(kind, f"Subject {body}", body=body) for body in bodies])
    async with database.transaction() as session:
        await actions.approve(session, ids, actor=SYSTEM)
    return ids


async def everything(database):
    tables = ("proposals", "entities", "evidence", "entity_revisions", "audit_log", "merges")
    return [await rows(database, f"SELECT * FROM {table} ORDER BY 1") for table in tables]


@kinds
async def test_a_merge_of_a_proposal_is_looked_at_and_changes_nothing(database, http, kind):
    [target] = await approved(database, kind, "ours")
    [source] = await propose(database, [draft(kind, "Another", body="theirs")])
    before = await everything(database)
    asked = {"into": str(target), "fields": {BODY[kind]: "both"}}
    seen = (await http.post(of(kind, "proposals", source, "merge", "preview"), json=asked)).json()
    fields = {each["name"]: each for each in seen["fields"]}
    assert fields[BODY[kind]]["result"] == "ours\n\ntheirs"
    assert (seen["source_title"], seen["target_title"]) == ("Another", "Subject ours")
    assert seen["conflicts"]
    assert await everything(database) == before


@kinds
async def test_fields_of_a_proposal_are_chosen_one_by_one(database, http, kind):
    [target] = await approved(database, kind, "ours")
    [source] = await propose(database, [draft(kind, "Another", body="theirs")])
    asked = {"into": str(target), "fields": {TRAITS[kind].title_label: "take", BODY[kind]: "both"}}
    assert (await http.put(of(kind, "proposals", source, "merge"), json=asked)).status_code == 200
    [(title, body)] = await rows(database, "SELECT title, body FROM entities")
    assert (title, body) == ("Another", "ours\n\ntheirs")


@kinds
async def test_knowledge_goes_into_other_knowledge_and_comes_back_as_it_was(database, http, kind):
    source, target = await approved(database, kind, "theirs", "ours")
    before = await rows(database, "SELECT id, title, body, archived FROM entities ORDER BY id")
    asked = {"into": str(target), "fields": {BODY[kind]: "take"}, "notes": "the same"}
    seen = await http.post(of(kind, source, "merge", "preview"), json=asked)
    assert seen.status_code == 200, seen.text
    assert await rows(database, "SELECT id, title, body, archived FROM entities ORDER BY id") == before
    merged = await http.post(of(kind, source, "merge"), json=asked)
    assert (merged.json()["id"], merged.json()[BODY[kind]]) == (str(target), "theirs")
    assert await scalar(database, "SELECT archived FROM entities WHERE id = :id", id=source)
    unmerged = await http.post(of(kind, source, "unmerge"), json={})
    assert (unmerged.status_code, unmerged.json()["id"]) == (200, str(source))
    assert await rows(database, "SELECT id, title, body, archived FROM entities ORDER BY id") == before


@kinds
async def test_knowledge_says_what_was_merged_into_it_and_where_it_went(database, http, kind):
    first, second, last = await approved(database, kind, "first", "second", "last")
    for source, target in ((first, second), (second, last)):
        assert (await http.post(of(kind, source, "merge"), json={"into": str(target)})).status_code == 200
    stays = (await http.get(of(kind, last))).json()
    assert [(each["id"], each["title"], each["by"]) for each in stays["merged"]] == [
        (str(first), "Subject first", "ana"),
        (str(second), "Subject second", "ana"),
    ]
    assert stays["merged_into"] is None
    went = (await http.get(of(kind, first))).json()
    assert (went["merged_into"], went["merged"]) == (stays["merged"][0], [])
    assert (went["merged_into"]["into_id"], went["merged_into"]["into_title"]) == (str(last), "Subject last")
    assert (await http.post(of(kind, second, "unmerge"), json={})).status_code == 200
    assert (await http.get(of(kind, last))).json()["merged"] == []
    back = (await http.get(of(kind, second))).json()
    assert ([each["id"] for each in back["merged"]], back["merged_into"]) == ([str(first)], None)


@kinds
async def test_knowledge_that_changed_since_it_was_read_is_neither_merged_nor_unmerged(database, http, kind):
    source, target = await approved(database, kind, "theirs", "ours")
    old, asked = {"If-Match": '"7"'}, {"into": str(target)}
    read = {"If-Match": (await http.get(of(kind, source))).headers["ETag"]}
    before = await everything(database)
    assert (await http.post(of(kind, source, "merge"), json=asked, headers=old)).status_code == 412
    assert await everything(database) == before
    assert (await http.post(of(kind, source, "merge"), json=asked, headers=read)).status_code == 200
    assert (await http.post(of(kind, source, "unmerge"), json={}, headers=old)).status_code == 412
    read = {"If-Match": (await http.get(of(kind, source))).headers["ETag"]}
    unmerged = await http.post(of(kind, source, "unmerge"), json={}, headers=read)
    assert unmerged.status_code == 200
    assert unmerged.headers["ETag"] == (await http.get(of(kind, source))).headers["ETag"]


@kinds
@pytest.mark.parametrize("way", ["merge", "merge/preview"])
async def test_what_cannot_be_merged_is_one_sentence_and_changes_nothing(database, http, kind, way):
    source, target = await approved(database, kind, "theirs", "ours")
    [pending] = await propose(database, [draft(kind)])
    before = await everything(database)
    wrong: list[tuple[dict[str, object], int]] = [
        ({"into": str(source)}, 409),
        ({"into": str(pending)}, 409),
        ({"into": str(uuid4())}, 409),
        ({"into": str(target), "fields": {"no such field": "take"}}, 422),
        ({"into": str(target), "fields": {TRAITS[kind].title_label: "both"}}, 422),
        ({"into": str(target), "fields": {TRAITS[kind].title_label: "both of them"}}, 422),
        ({"into": str(target), "fields": {str(number): "take" for number in range(50)}}, 422),
        ({}, 422),
    ]
    for asked, status in wrong:
        answer = await http.post(of(kind, source, *way.split("/")), json=asked)
        assert (answer.status_code, bool(answer.json()["detail"])) == (status, True), asked
    other = Kind.ATOM if kind is Kind.TOPIC else Kind.TOPIC
    assert (await http.post(of(other, source, *way.split("/")), json={"into": str(target)})).status_code == 404
    assert await everything(database) == before


@kinds
async def test_what_stands_against_a_merge_of_knowledge_says_who_did_what_and_when(database, http, kind):
    gone, stays, withdrawn = await approved(database, kind, "gone", "stays", "withdrawn")
    assert (await http.post(of(kind, gone, "merge"), json={"into": str(stays)})).status_code == 200
    assert (await http.post(of(kind, "proposals", withdrawn, "revert"), json={})).status_code == 200
    assert (await http.put(of(kind, "proposals", withdrawn, "reject"), json={})).status_code == 200
    at = (await http.get(of(kind, gone))).json()["merged_into"]["at"]
    merged = {"by": "ana", "action": "merge", "at": at}
    at = (await http.get(of(kind, withdrawn, "history"))).json()["items"][0]["changed_at"]
    reverted = {"by": "ana", "action": "reverted", "at": at}
    for path, asked, decision in (
        ((gone, "merge"), {"into": str(stays)}, merged),
        ((gone, "revisions", 1, "restore"), {}, merged),
        ((withdrawn, "merge"), {"into": str(stays)}, reverted),
        ((withdrawn, "revisions", 1, "restore"), {}, reverted),
        ((stays, "merge"), {"into": str(withdrawn)}, reverted),
    ):
        answer = await http.post(of(kind, *path), json=asked)
        assert (answer.status_code, answer.json()["decision"]) == (409, decision), path


@kinds
async def test_what_was_not_merged_is_not_unmerged(database, http, kind):
    [entity] = await approved(database, kind, "ours")
    assert (await http.post(of(kind, entity, "unmerge"), json={})).status_code == 404
    assert (await http.post(of(kind, uuid4(), "unmerge"), json={})).status_code == 404


@kinds
async def test_two_that_are_not_the_same_are_told_apart_for_good(database, http, kind):
    one, other = await propose(database, [draft(kind, "Ledger"), draft(kind, "Ledgers")])
    marked = "UPDATE proposals SET dedup_state = 'duplicate', similar_proposal_id = :other WHERE id = :id RETURNING id"
    await rows(database, marked, other=one, id=other)
    answer = await http.post(of(kind, "proposals", other, "not-duplicate"), json={"notes": "another ledger"})
    assert (answer.status_code, answer.json()["dedup_state"]) == (200, "unchecked"), answer.text
    assert await scalar(database, "SELECT count(*) FROM pair_verdicts") == 1
    assert (await http.post(of(kind, "proposals", uuid4(), "not-duplicate"), json={})).status_code == 404


@kinds
@pytest.mark.parametrize("path", ["merge", "merge/preview"])
async def test_nobody_merges_what_they_proposed(database, database_url, kind, path):
    [entity] = await approved(database, kind, "ours")
    bea = await person(database, "bea")
    secret = await token(database, bea, Scope.PROPOSE, Scope.REVIEW)
    words = {f"proposed_{TRAITS[kind].title_label}": "Mine", "confidence": 0.9}
    asked = [words | ({"proposed_type": "insight"} if kind is Kind.ATOM else {})]
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        [mine] = (await client.post(of(kind, "proposals"), json=asked)).json()["items"]
        before = await everything(database)
        method = "PUT" if path == "merge" else "POST"
        answer = await client.request(method, of(kind, "proposals", mine["id"], path), json={"into": str(entity)})
    assert answer.status_code == 403
    assert await everything(database) == before


@kinds
@pytest.mark.parametrize("path", ["merge", "merge/preview", "unmerge"])
async def test_who_may_only_read_neither_merges_nor_unmerges(database, database_url, kind, path):
    stays, goes = await approved(database, kind, "ours", "theirs")
    secret = await token(database, await person(database, "bea"), Scope.READ)
    before = await everything(database)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        answer = await client.post(of(kind, goes, path), json={} if path == "unmerge" else {"into": str(stays)})
    assert answer.status_code == 403
    assert await everything(database) == before
