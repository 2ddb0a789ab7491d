"""One call for all that a person needs to decide on a proposal."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.builders import MORNING, draft, message_row, propose, rows, with_evidence
from tests.duplicates.helpers import arrive, known, scanned
from tests.web.helpers import BASE, serving
from tests.web.review_helpers import as_person

from assay.clock import now
from assay.db.bulk import insert_rows
from assay.db.models import Role, StoredMessage
from assay.kinds import Kind
from assay.proposals.drafts import QuotedEvidence

pytestmark = pytest.mark.anyio


@pytest.fixture
async def app(database_url):
    async with serving(database_url) as app:
        yield app


@pytest.fixture
async def ana(app, database):
    async with as_person(app, database, "ana") as http:
        yield http


async def shown(http, proposal_id, **query):
    answer = await http.get(f"{BASE}/review/{proposal_id}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_screen_shows_what_it_repeats_word_by_word_and_the_fact_that_changed(app, database, ana):
    embedder = app.state.assay.deps.embedder
    old, new = draft(title="Backups are kept for 30 days"), draft(title="Backups are kept for 35 days")
    other = draft(title="Deploys happen on Fridays")
    await known(database, embedder, *await with_evidence(database, old, other))
    [each] = await arrive(database, embedder, *await with_evidence(database, new))
    await scanned(database, embedder, each)
    screen = await shown(ana, each)
    match = screen["match"]
    assert (match["other"]["id"], match["type"], match["other"]["state"]) == (str(old.id), "update", "approved")
    assert [(piece["change"], piece["text"]) for piece in match["title"] if piece["change"] != "same"] == [
        ("removed", " 30"),
        ("added", " 35"),
    ]
    assert match["changed_facts"] == [{"before": "30 days", "after": "35 days", "words": "30 days -> 35 days"}]
    assert screen["candidates"][0]["body"] == old.body
    assert screen["supersedes"]["title"] == old.title
    assert "says something else" in next(each["words"] for each in screen["held"] if each["reason"] == "contradicted")
    beside = await shown(ana, each, against=other.id)
    assert (beside["match"]["other"]["title"], beside["match"]["title"]) == (other.title, [])
    assert (await ana.get(f"{BASE}/review/{each}", params={"against": uuid4()})).status_code == 404


async def test_a_quote_stands_in_its_message_between_what_was_said_around_it(database, ana):
    talk = [
        message_row(f"Line {number}", sent_at=MORNING + timedelta(minutes=number), permalink=f"https://chat/{number}")
        for number in range(6)
    ]
    elsewhere = message_row("Another channel", channel="other", sent_at=MORNING + timedelta(minutes=2, seconds=1))
    async with database.transaction() as session:
        await insert_rows(session, StoredMessage, [*talk, elsewhere | {"permalink": None}])
    quote = QuotedEvidence(talk[2]["id"], "Line 2", 0, 6)
    [each] = await propose(database, [draft(evidence=[quote], confidence=0.9)])
    [shown_quote] = (await shown(ana, each))["evidence"]
    said = shown_quote["message"]
    assert said["text"][shown_quote["start_offset"] : shown_quote["end_offset"]] == "Line 2"
    assert said["permalink"] == "https://chat/2"
    assert [near["text"] for near in shown_quote["before"]] == ["Line 0", "Line 1"]
    assert [near["text"] for near in shown_quote["after"]] == ["Line 3", "Line 4"]


async def test_the_confidence_is_told_in_its_parts_and_what_waits_on_it_is_counted(database, ana):
    topic = draft(Kind.TOPIC, "Databases")
    [atom] = await with_evidence(database, draft(topic_name="Databases", stated_confidence=0.97, confidence=0.9))
    await propose(database, [topic])
    await propose(database, [atom])
    screen = await shown(ana, atom.id)
    assert [(step["why"], step["result"]) for step in screen["confidence"]] == [
        ("stated by whoever proposed it", 0.97),
        ("one person says it", 0.9),
    ]
    assert screen["topic"] == {"id": str(topic.id), "name": "Databases", "state": "pending"}
    below = next(each["words"] for each in screen["held"] if each["reason"] == "confidence below the threshold")
    assert below == "Its confidence 0.90 is below the 0.95 that the rules ask for."
    waiting = (await shown(ana, topic.id))["dependents"]
    assert (waiting["atoms"], waiting["first_atoms"]) == (1, [{"id": str(atom.id), "title": atom.title}])


async def test_who_may_not_decide_is_told_why(app, database, ana):
    mine, theirs = (await propose(database, [draft()], ana.actor)), await propose(database, [draft()])
    assert (await shown(ana, mine[0]))["cannot_decide_because"] == "You proposed it: somebody else decides."
    assert (await shown(ana, theirs[0]))["may_decide"] is True
    async with as_person(app, database, "vera", Role.VIEWER) as vera:
        assert (await shown(vera, theirs[0]))["may_decide"] is False
        for method, path, body in (
            ("PUT", "claim", None),
            ("PUT", "snooze", {"until": None}),
            ("POST", "notes", {"notes": "x"}),
        ):
            assert (await vera.request(method, f"{BASE}/review/{theirs[0]}/{path}", json=body)).status_code == 403


async def test_a_claim_shows_who_reads_it_and_keeps_nobody_from_deciding(app, database, ana):
    [each] = await propose(database, [draft()])
    url = f"{BASE}/review/{each}"
    async with as_person(app, database, "ben") as ben:
        assert (await ana.put(f"{url}/claim")).json()["name"] == "ana"
        assert (await ben.put(f"{url}/claim")).json()["name"] == "ana"
        assert (await shown(ben, each))["claim"]["name"] == "ana"
        await ben.delete(f"{url}/claim")
        assert [claim["proposal_id"] for claim in (await ben.get(f"{BASE}/review/claims")).json()["items"]] == [
            str(each)
        ]
        await ana.delete(f"{url}/claim")
        assert (await ben.put(f"{url}/claim")).json()["name"] == "ben"
        assert (await ana.put(f"{BASE}/knowledge/atoms/proposals/{each}/reject", json={})).status_code == 200
        assert (await ben.get(f"{BASE}/review/claims")).json()["items"] == []
        refused = await ben.put(f"{url}/claim")
        assert (refused.status_code, refused.json()["detail"]) == (409, "It is rejected: there is nothing to decide.")


async def test_a_claim_that_has_ended_is_anybodys(app, database, ana):
    [each] = await propose(database, [draft()])
    await ana.put(f"{BASE}/review/{each}/claim")
    await rows(database, "UPDATE review_claims SET expires_at = now() - interval '1 s' RETURNING 1")
    async with as_person(app, database, "ben") as ben:
        assert (await ben.put(f"{BASE}/review/{each}/claim")).json()["name"] == "ben"


async def test_notes_and_snoozes_stand_in_the_history_and_leave_the_version_alone(database, ana):
    [each] = await propose(database, [draft()])
    url, until = f"{BASE}/review/{each}", now() + timedelta(days=2)
    assert (await ana.post(f"{url}/notes", json={"notes": "Ask Tom."})).status_code == 204
    assert (await ana.put(f"{url}/snooze", json={"until": until.isoformat()})).status_code == 200
    screen = await shown(ana, each)
    assert [(entry["action"], entry["notes"]) for entry in screen["history"][1:]] == [
        ("proposal.noted", "Ask Tom."),
        ("proposal.snoozed", None),
    ]
    assert (screen["proposal"]["version"], screen["snoozed_until"][:10]) == (1, f"{until:%Y-%m-%d}")
    assert (await ana.put(f"{url}/snooze", json={"until": None})).json()["snoozed_until"] is None
    for wrong in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
        answer = await ana.put(f"{url}/snooze", json={"until": wrong})
        assert (answer.status_code, "a moment of the next year" in answer.json()["detail"]) == (422, True)


async def test_what_changed_since_somebody_looked_is_told(app, database, ana):
    [each] = await propose(database, [draft(title="Old title")])
    assert (await shown(ana, each))["seen"] is None
    assert (await ana.put(f"{BASE}/review/{each}/seen", json={"version": 1})).status_code == 204
    assert (await shown(ana, each))["seen"]["since"] == []
    async with as_person(app, database, "ben") as ben:
        edited = await ben.patch(f"{BASE}/knowledge/atoms/proposals/{each}", json={"proposed_title": "New title"})
        assert edited.status_code == 200, edited.text
    [change] = (await shown(ana, each))["seen"]["since"]
    assert (change["actor"], change["action"], change["before"]) == ("ben", "proposal.edited", {"title": "Old title"})
