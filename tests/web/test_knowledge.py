"""Approved knowledge over HTTP: found, explained, brought back."""

from uuid import uuid4

import pytest
from tests.builders import BOTH_KINDS, draft, propose, with_evidence
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.audit.actor import SYSTEM
from assay.db.models import Scope
from assay.duplicates import scan
from assay.kinds import TRAITS, Kind
from assay.proposals import actions
from assay.proposals.merge import actions as merging
from assay.proposals.merge.fields import Choice

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)


def base(kind: Kind) -> str:
    return f"{BASE}/knowledge/{TRAITS[kind].plural}"


@pytest.fixture
async def http(database, database_url):
    ana = await person(database, "ana")
    secret = await token(database, ana, Scope.READ, Scope.REVIEW)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        yield client


async def approved(database, *drafts):
    ids = await propose(database, drafts)
    async with database.transaction() as session:
        await actions.approve(session, ids, actor=SYSTEM, policy={"threshold": 0.95, "version": 3})
    return ids


@kinds
async def test_it_is_found_by_its_words_and_shown_where(database, http, kind):
    wanted, _ = await approved(
        database,
        draft(kind, "Ledger exports", body="Exports of the ledger run at night."),
        draft(kind, "Lunch", body="Pizza on <b>Fridays</b>."),
    )
    found = (await http.get(f"{base(kind)}/search", params={"q": "ledger export"})).json()["items"]
    assert (found[0]["entity"]["id"], found[0]["words_rank"]) == (str(wanted), 1)
    assert "ledger" in {each["text"].lower() for each in found[0]["highlight"] if each["hit"]}
    assert (await http.get(f"{base(kind)}/search", params={"q": "'; DROP TABLE entities; --"})).status_code == 200
    [food] = [each for each in (await http.get(f"{base(kind)}/search?q=pizza")).json()["items"] if each["words_rank"]]
    assert "<b>Fridays" in "".join(each["text"] for each in food["highlight"])


async def test_a_hit_is_shown_with_its_tags_and_cannot_be_forged(database, http):
    body = "Write <img src=x onerror=alert(1)> of the ledger, not \ue000forged\ue001."
    await approved(database, draft(title="Markup", body=body))
    [found] = (await http.get(f"{base(Kind.ATOM)}/search", params={"q": "ledger"})).json()["items"]
    shown = found["highlight"]
    assert [each["text"] for each in shown if each["hit"]] == ["ledger"]
    assert "<img src=x onerror=alert(1)> of the ledger, not forged" in "".join(each["text"] for each in shown)


@kinds
async def test_it_is_found_by_its_meaning(database, http, kind):
    ids = await approved(database, draft(kind, "Ledger exports"), draft(kind, "Lunch"))
    embedder = http._transport.app.state.assay.deps.embedder
    await scan.embed_missing(database, embedder, 100)
    [found] = (await http.get(f"{base(kind)}/search", params={"q": "ledger"})).json()["items"]
    assert (found["entity"]["id"], found["meaning_rank"]) == (str(ids[0]), 1)
    assert (await http.get(f"{base(kind)}/search", params={"q": "sculpture"})).json()["items"] == []


@kinds
async def test_a_page_follows_the_other(database, http, kind):
    await approved(database, *(draft(kind) for _ in range(5)))
    first = (await http.get(base(kind), params={"limit": 3})).json()
    second = (await http.get(base(kind), params={"limit": 3, "after": first["next"]})).json()
    assert len({each["id"] for each in first["items"] + second["items"]}) == 5
    assert second["next"] is None


@kinds
async def test_it_says_why_we_believe_it(database, http, kind):
    said = draft(kind, "We use Postgres 16", body=""), draft(kind, "Postgres 16 it is", body="")
    first, again = await with_evidence(database, *said)
    [entity] = await approved(database, first)
    await propose(database, [again])
    async with database.transaction() as session:
        await merging.merge(session, {again.id: entity}, actor=SYSTEM, notes="The same.")
    answer = await http.get(f"{base(kind)}/{entity}")
    believed = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert {each["quote"] for each in believed["evidence"]} == {"We use Postgres 16", "Postgres 16 it is"}
    came_from, merged = believed["decisions"]
    assert (came_from["review_action"], came_from["policy"]["version"]) == ("approve", 3)
    assert (merged["review_action"], merged["notes"]) == ("merge", "The same.")
    assert [each["action"] for each in believed["trail"]] == ["proposal.created", "proposal.auto_approved"]


async def test_atoms_and_topics_name_each_other(database, http):
    topic, atom, other = await approved(
        database, draft(Kind.TOPIC, "Ledger"), draft(topic_name="Ledger"), draft(title="Not there")
    )
    assert (await http.get(f"{base(Kind.ATOM)}/{atom}")).json()["entity"]["topics"] == ["Ledger"]
    assert [each["id"] for each in (await http.get(f"{base(Kind.TOPIC)}/{topic}")).json()["filed"]] == [str(atom)]
    listed = (await http.get(base(Kind.ATOM), params={"topic": str(topic)})).json()["items"]
    assert [each["id"] for each in listed] == [str(atom)]
    assert str(other) not in str(listed)


@kinds
async def test_an_earlier_revision_is_brought_back(database, http, kind):
    label = TRAITS[kind].title_label
    [entity] = await approved(database, draft(kind, "We use Postgres 16"))
    [other] = await propose(database, [draft(kind, "We use Postgres 17")])
    async with database.transaction() as session:
        await merging.merge(session, {other: entity}, actor=SYSTEM, choices={label: Choice.TAKE})
    assert (await http.get(f"{base(kind)}/{entity}")).json()["entity"][label] == "We use Postgres 17"
    url = f"{base(kind)}/{entity}/revisions/1/restore"
    assert (await http.post(url, json={}, headers={"If-Match": '"1"'})).status_code == 412
    answer = await http.post(url, json={"notes": "Not yet."}, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer.json()[label], answer.headers["etag"]) == (200, "We use Postgres 16", '"3"')
    history = (await http.get(f"{base(kind)}/{entity}/history")).json()["items"]
    assert [each["change_type"] for each in history] == ["restored", "merged", "created"]
    assert (history[0]["changed_by"], history[0]["reason"]) == ("ana", "Not yet.")
    assert (await http.post(f"{base(kind)}/{entity}/revisions/9/restore", json={})).status_code == 404


@kinds
async def test_what_is_not_there_is_not_found(http, kind):
    for path in ("", "/history"):
        assert (await http.get(f"{base(kind)}/{uuid4()}{path}")).status_code == 404
