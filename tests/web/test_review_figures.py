"""What the pages of knowledge, rules, figures and jobs ask for."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.builders import MORNING, draft, message_row, propose, rows, scalar, with_evidence
from tests.duplicates.helpers import known
from tests.web.helpers import BASE, serving
from tests.web.review_helpers import as_person

from assay.db.bulk import insert_rows
from assay.db.models import Role, StoredMessage
from assay.duplicates import pairs
from assay.jobs import run
from assay.proposals.targets import TARGETS
from assay.queue.deps import make_deps
from assay.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def app(database_url, nats_url):
    async with serving(database_url, nats_url) as app:
        yield app


@pytest.fixture
async def ana(app, database):
    async with as_person(app, database, "ana") as http:
        yield http


async def asked(http, path, **query):
    answer = await http.get(f"{BASE}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_messages_are_found_by_their_words_and_read_in_their_talk(database, ana):
    talk = [
        message_row(
            f"Backups run at {hour}", sent_at=MORNING + timedelta(hours=hour), thread="t" if hour == 2 else None
        )
        for hour in range(5)
    ]
    async with database.transaction() as session:
        await insert_rows(
            session, StoredMessage, [*talk, message_row("<i>backup</i> elsewhere", channel="x") | {"thread": None}]
        )
    found = await asked(ana, "/messages/search", q="backup", channel="backend", limit=2)
    assert [each["message"]["text"] for each in found["items"]] == ["Backups run at 4", "Backups run at 3"]
    assert [each["text"] for each in found["items"][0]["highlight"] if each["hit"]] == ["Backups"]
    rest = await asked(ana, "/messages/search", q="backup", channel="backend", limit=5, after=found["next"])
    assert (len(rest["items"]), rest["next"]) == (3, None)
    [other] = (await asked(ana, "/messages/search", q="elsewhere"))["items"]
    assert "".join(each["text"] for each in other["highlight"]) == "<i>backup</i> elsewhere"
    near = await asked(ana, f"/messages/{talk[1]['id']}/around", before=3, after=1)
    assert ([each["text"] for each in near["before"]], [each["text"] for each in near["after"]]) == (
        ["Backups run at 0"],
        ["Backups run at 2"],
    )
    alone = await asked(ana, f"/messages/{talk[2]['id']}/around")
    assert (alone["before"], alone["after"]) == ([], [])


async def test_everybody_may_know_the_names_and_who_decides(app, database, ana):
    async with as_person(app, database, "vera", Role.VIEWER) as vera:
        people = {each["name"]: each["may_review"] for each in (await asked(vera, "/people"))["items"]}
        assert (people["ana"], people["vera"]) == (True, False)
        assert (await vera.get(f"{BASE}/users")).status_code == 403


async def test_knowledge_that_says_the_same_is_shown_side_by_side_and_told_apart(app, database, ana):
    embedder = app.state.assay.deps.embedder
    old, new = draft(title="Backups are kept for 30 days"), draft(title="Backups are kept for 35 days")
    ids = await known(database, embedder, old, new)
    async with database.transaction() as session:
        assert await pairs.look(session, ids, model=embedder.model, threshold=0.85) == 1
    [pair] = (await asked(ana, "/knowledge/duplicates", kind="atom"))["items"]
    both = f"/knowledge/duplicates/{pair['older']['id']}/{pair['newer']['id']}"
    assert (await asked(ana, both))["changed_facts"][0]["words"] == "30 days -> 35 days"
    apart = {"one": pair["older"]["id"], "other": pair["newer"]["id"]}
    assert (await ana.post(f"{BASE}/knowledge/duplicates/dismiss", json=apart)).status_code == 204
    assert (await asked(ana, "/knowledge/duplicates"))["items"] == []
    assert (await ana.post(f"{BASE}/knowledge/duplicates/dismiss", json=apart)).status_code == 404


async def test_a_refusal_says_in_its_shape_who_decided_and_which_version_there_is(app, database, ana):
    [each] = await propose(database, [draft()])
    url = f"{BASE}/knowledge/atoms/proposals/{each}"
    stale = (await ana.put(f"{url}/approve", json={}, headers={"If-Match": '"7"'})).json()
    assert (stale["status"], stale["read"], stale["now"]) == (412, 7, 1)
    await ana.put(f"{url}/reject", json={})
    conflict = (await ana.put(f"{url}/approve", json={})).json()
    assert (conflict["status"], conflict["decision"]["by"], conflict["decision"]["action"]) == (409, "ana", "reject")
    shapes = (await ana.get(f"{BASE}/openapi.json")).json()["components"]["schemas"]
    assert set(conflict) <= set(shapes["ConflictProblem"]["properties"])
    assert set(stale) <= set(shapes["StaleProblem"]["properties"])


async def test_the_histogram_tells_the_clean_from_the_duplicates_and_the_held(database, ana):
    clean, twin, unproven = draft(confidence=0.97), draft(confidence=0.97), draft(confidence=0.31)
    await propose(database, [*await with_evidence(database, clean, twin), unproven])
    async with database.transaction() as session:
        await session.execute(
            text(
                "UPDATE proposals SET dedup_state = 'duplicate', similarity_type = 'exact', similarity_score = 1"
                " WHERE id = :id"
            ),
            {"id": twin.id},
        )
    found = await asked(ana, "/policy/histogram", kind="atom")
    bins = {round(each["start"], 2): each for each in found["bins"]}
    assert (found["threshold"], len(bins)) == (0.95, 50)
    assert (bins[0.96]["duplicate"], bins[0.96]["held"], bins[0.3]["held"]) == (1, 1, 1)
    assert sum(each["clean"] + each["duplicate"] + each["held"] for each in found["bins"]) == 3


async def test_a_back_test_tells_within_which_interval_its_precision_lies(database, ana):
    right, wrong = await propose(database, await with_evidence(database, draft(), draft()))
    await ana.put(f"{BASE}/knowledge/atoms/proposals/{right}/approve", json={})
    await ana.put(f"{BASE}/knowledge/atoms/proposals/{wrong}/reject", json={})
    await rows(database, "UPDATE proposals SET dedup_state = 'clear' RETURNING 1")
    answer = await ana.post(f"{BASE}/policy/simulate", json={"changes": {}})
    precision = answer.json()["candidate"]["history"]["precision"]
    assert (precision["share"], precision["of"]) == (0.5, 2)
    assert 0 < precision["low"] < 0.5 < precision["high"] < 1


async def test_the_targets_have_a_history_of_a_value_a_day(database, database_url, ana):
    deps = make_deps(Settings(), database_url)
    for _ in range(2):
        await run("proposal_metrics_update", deps)
    await deps.database.close()
    await rows(
        database,
        "INSERT INTO metric_days SELECT day - 1, figures, measured_at FROM metric_days RETURNING 1",
    )
    await rows(database, "INSERT INTO metric_days SELECT day - 60, figures, measured_at FROM metric_days RETURNING 1")
    items = (await asked(ana, "/metrics/targets"))["items"]
    assert [each["name"] for each in items] == [each.name for each in TARGETS]
    assert {len(each["history"]) for each in items} == {2}
    assert items[0]["met"] is None
    assert (items[2]["value"], items[2]["met"], items[2]["unit"]) == (0, True, "seconds")


async def test_a_job_tells_its_schedule_in_words_and_how_it_went(database, database_url, ana):
    deps = make_deps(Settings(), database_url)
    await run("proposal_metrics_update", deps)
    await deps.database.close()
    jobs = {each["name"]: each for each in (await asked(ana, "/jobs"))["items"]}
    metrics = jobs["proposal_metrics_update"]
    assert (metrics["schedule"], [each["state"] for each in metrics["recent"]]) == ("every 15 minutes", ["ok"])
    assert metrics["seconds_p95"] == metrics["recent"][0]["seconds"]
    assert jobs["cleanup_orphaned_extractions"]["schedule"] == "every Sunday at 03:00 UTC"
    assert jobs["expire_stale_proposals"]["seconds_p50"] is None
    assert (await asked(ana, "/jobs/proposal_metrics_update/runs", state="failed"))["items"] == []
    [ran] = (await asked(ana, "/jobs/proposal_metrics_update/runs", state="ok"))["items"]
    assert (await asked(ana, f"/jobs/runs/{ran['id']}/log"))["items"] == []


async def test_a_dead_letter_is_given_back_by_an_admin_once(app, database, ana):
    letter = await scalar(
        database,
        "INSERT INTO job_dead_letters (source, job, reason, error, message)"
        " VALUES ('x:1', 'proposal_metrics_update', 'permanent', 'broken', 'x') RETURNING id",
    )
    [shown] = (await asked(ana, "/jobs/dead-letters"))["items"]
    url = f"{BASE}/jobs/dead-letters/{letter}/replay"
    assert (shown["id"], shown["error"], (await ana.post(url)).status_code) == (letter, "broken", 403)
    async with as_person(app, database, "root", Role.ADMIN) as root:
        assert (await root.post(url)).json() == {"job": "proposal_metrics_update", "changed": True}
        assert (await root.post(url)).json()["changed"] is False
    assert (await asked(ana, "/jobs/dead-letters"))["items"] == []
    assert len((await asked(ana, "/jobs/dead-letters", replayed=True))["items"]) == 1
