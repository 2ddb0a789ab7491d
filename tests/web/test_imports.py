"""An export that comes in over HTTP: in pieces, looked at, started, stopped, and never seen by others."""

import json
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.builders import rows, scalar
from tests.jobs.conftest import quiet
from tests.patience import until
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.ai.fakes import HashEmbedder
from assay.ai.rules.extractor import OfflineExtractor
from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.models import ImportState, Role, Scope
from assay.extraction.erasure import Drawn, Whose, erase
from assay.imports import uploads
from assay.imports.runner import ImportRunner
from assay.imports.uploads import Uploads
from assay.jobs import run
from assay.queue.deps import Deps
from assay.settings import Settings

pytestmark = pytest.mark.anyio

__all__ = ["quiet"]


def line(number, text=None, **more):
    said = {"id": f"m{number}", "channel": "ops", "author": f"p{number % 3}", "ts": f"2026-03-02T09:{number:02}:00Z"}
    return json.dumps({**said, "text": text or f"The backup of day {number} is done.", **more})


EXPORT = "\n".join(map(line, range(20))).encode()
DECIDED = "\n".join(
    line(n, words, author=who)
    for n, (who, words) in enumerate(
        [("ana", "Decision: we keep the backups of the ledger for 35 days."), ("raj", "agreed"), ("tom", "+1")]
    )
).encode()


@asynccontextmanager
async def app_and_client(database, database_url, folder, *, role=Role.REVIEWER, scopes=(Scope.READ, Scope.PROPOSE)):
    secret = await token(database, await person(database, f"{role} {uuid4().hex[:6]}", role), *scopes)
    async with serving(database_url, assay_home=folder) as app, asking(app, **bearer(secret)) as http:
        yield app, http


@pytest.fixture
async def client(database, database_url, tmp_path):
    async with app_and_client(database, database_url, tmp_path) as (_, http):
        yield http


async def announced(http, content=EXPORT, name="ops.jsonl", **more):
    answer = await http.post(f"{BASE}/imports", json={"file_name": name, "size": len(content), **more})
    assert answer.status_code == 201, answer.text
    return f"{BASE}/imports/{answer.json()['id']}"


async def sent(http, path, content, offset=0):
    return await http.patch(f"{path}/content", content=content, headers={"Upload-Offset": str(offset)})


async def reached(http, path, *states):
    found = {}

    async def is_there():
        found.update((await http.get(path)).json())
        return found["state"] in states

    try:
        await until(is_there)
    except TimeoutError:
        raise AssertionError(found) from None
    return found


async def uploaded(http, content=EXPORT, state="checked", **more):
    path = await announced(http, content, **more)
    assert (await sent(http, path, content)).status_code == 200
    return path, await reached(http, path, state)


async def test_it_says_what_was_understood_and_imports_nothing_before_it_is_started(client, database):
    _, found = await uploaded(client)
    [channel] = found["preview"]["channels"]
    assert (channel["name"], channel["messages"], channel["people"]) == ("ops", 20, ["p0", "p1", "p2"])
    assert (found["preview"]["format"], found["preview"]["new"], found["source"]) == ("jsonl", 20, "ops")
    assert (found["progress"]["total"], found["outcome"]) == (20, None)
    assert await scalar(database, "SELECT count(*) FROM messages") == 0


async def test_an_upload_that_was_cut_off_goes_on_where_it_was(client):
    path = await announced(client)
    assert (await sent(client, path, EXPORT[:100])).json()["received"] == 100
    again = await sent(client, path, EXPORT[:100])
    assert (again.status_code, again.json()["received"]) == (409, 100)
    assert (await sent(client, path, EXPORT[100:], 100)).json()["state"] == "checking"
    assert (await reached(client, path, "checked"))["preview"]["new"] == 20


async def test_more_bytes_than_were_announced_are_refused(client):
    path = await announced(client)
    answer = await sent(client, path, EXPORT + b"x")
    assert (answer.status_code, (await client.get(path)).json()["received"]) == (422, 0)


async def test_it_comes_in_once_it_is_started_and_tells_what_came_of_it(client, database):
    path, _ = await uploaded(client, DECIDED)
    assert (await client.post(f"{path}/start")).status_code == 202
    done = await reached(client, path, "completed")
    assert [done["progress"][name] for name in ("done", "added", "left_out")] == [3, 3, 0]
    assert done["outcome"]["unread"] == 3
    await run(
        "extract_knowledge_from_messages", Deps(database, Settings(), HashEmbedder(), OfflineExtractor(HashEmbedder()))
    )
    came = (await client.get(path)).json()["outcome"]
    assert (came["unread"], len(came["runs"])) == (0, 1)
    assert came["topic_proposals"] + came["atom_proposals"] > 0


async def test_its_file_is_gone_when_it_has_come_in_or_was_cancelled(client, tmp_path):
    path, _ = await uploaded(client)
    await client.post(f"{path}/start")
    await reached(client, path, "completed")
    other, _ = await uploaded(client, name="b.jsonl")
    assert (await client.post(f"{other}/cancel")).json()["state"] == "cancelled"
    await until(lambda: not [each for each in (tmp_path / "uploads").rglob("*") if each.is_file()])


async def test_the_same_export_again_adds_nothing_and_an_edit_is_a_version(client):
    path, _ = await uploaded(client)
    await client.post(f"{path}/start")
    await reached(client, path, "completed")
    newer = EXPORT.replace(b"day 3 is done", b"day 3 failed") + b"\n" + line(30).encode()
    path, found = await uploaded(client, newer)
    assert [found["preview"][name] for name in ("new", "edited", "known")] == [1, 1, 19]
    await client.post(f"{path}/start")
    done = await reached(client, path, "completed")
    assert [done["progress"][name] for name in ("added", "edited", "unchanged")] == [1, 1, 19]


async def test_what_is_of_no_known_format_fails_with_one_sentence_and_may_be_said_otherwise(client):
    path, found = await uploaded(client, b"10:00 hello\nthere", state="failed", name="x.txt")
    assert "is of no format that is known" in found["error"]
    assert (await client.post(f"{path}/start")).status_code == 409
    again = await client.patch(path, json={"options": {"format": "notes", "author": "ana", "date": "2026-03-02"}})
    assert again.json()["state"] == "checking"
    assert (await reached(client, path, "checked"))["preview"]["new"] == 1


async def test_sentences_name_no_folder_of_the_server(client, tmp_path):
    _, found = await uploaded(client, b"10:00 hello\nthere", state="failed", name="x.txt")
    assert str(tmp_path) not in found["error"]
    assert found["error"].startswith("x.txt is")


async def test_an_import_that_is_cancelled_while_it_runs_keeps_what_came_before(database, database_url, tmp_path):
    many = "\n".join(line(n % 60, id=f"m{n}") for n in range(2_500)).encode()
    async with app_and_client(database, database_url, tmp_path) as (_, http):
        path, _ = await uploaded(http, many)
        await http.post(f"{path}/start")
        await until(lambda: scalar(database, "SELECT messages_done > 0 FROM imports"))
        assert (await http.post(f"{path}/cancel")).status_code == 200
        stopped = await http.get(path)
        assert 0 < stopped.json()["progress"]["added"] < 2_500
    assert await scalar(database, "SELECT count(*) FROM messages") == stopped.json()["progress"]["added"]


async def test_a_source_of_somebody_else_is_refused_before_a_byte_comes(client, database, database_url, tmp_path):
    path, _ = await uploaded(client)
    await client.post(f"{path}/start")
    await reached(client, path, "completed")
    async with app_and_client(database, database_url, tmp_path) as (_, other):
        answer = await other.post(f"{BASE}/imports", json={"file_name": "ops.jsonl", "size": 9})
        assert (answer.status_code, "may not write to the source 'ops'" in answer.text) == (403, True)


async def test_nobody_sees_or_touches_the_import_of_somebody_else(client, database, database_url, tmp_path):
    path, _ = await uploaded(client)
    async with app_and_client(database, database_url, tmp_path) as (_, other):
        asked = [
            await other.get(path),
            await other.post(f"{path}/start"),
            await other.post(f"{path}/cancel"),
            await other.patch(path, json={"source": "mine"}),
            await sent(other, path, b"x"),
        ]
        assert [each.status_code for each in asked] == [404] * 5
        assert (await other.get(f"{BASE}/imports")).json()["items"] == []
    assert len((await client.get(f"{BASE}/imports")).json()["items"]) == 1


async def test_it_takes_the_right_to_propose(database, database_url, tmp_path):
    async with app_and_client(database, database_url, tmp_path, scopes=[Scope.READ]) as (_, http):
        answer = await http.post(f"{BASE}/imports", json={"file_name": "a.jsonl", "size": 1})
        assert answer.status_code == 403


async def test_whoever_lost_the_right_meanwhile_imports_nothing(database, database_url, tmp_path):
    async with app_and_client(database, database_url, tmp_path) as (_, http):
        path, _ = await uploaded(http)
        await rows(database, "UPDATE imports SET state = 'running', started_at = now() RETURNING id")
        await rows(database, "UPDATE api_tokens SET revoked_at = now() RETURNING id")
    async with app_and_client(database, database_url, tmp_path, role=Role.ADMIN, scopes=[Scope.ADMIN, Scope.READ]) as (
        _, admin,
    ):  # fmt: skip
        found = await reached(admin, path, "failed")
    assert "has ended" in found["error"]
    assert await scalar(database, "SELECT count(*) FROM messages") == 0


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "", "x" * 200, "..", "a\nb"])
async def test_a_file_name_that_leads_elsewhere_is_refused(client, name):
    answer = await client.post(f"{BASE}/imports", json={"file_name": name, "size": 5})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "more", [{"zone": "Mars/Base"}, {"date": "soon"}, {"encoding": "klingon"}, {"format": "pigeon"}]
)
async def test_options_that_are_none_are_refused_at_once(client, more):
    answer = await client.post(f"{BASE}/imports", json={"file_name": "a.txt", "size": 5, "options": more})
    assert answer.status_code == 422


async def test_too_large_a_file_is_refused_before_it_comes(database, database_url, tmp_path):
    async with app_and_client(database, database_url, tmp_path) as (app, http):
        most = app.state.assay.settings.assay_upload_megabytes * 2**20
        answer = await http.post(f"{BASE}/imports", json={"file_name": "a.zip", "size": most + 1})
        assert (answer.status_code, f"{most:,} bytes" in answer.json()["detail"]) == (422, True)


async def test_one_person_has_so_many_imports_under_way_and_no_more(client):
    for number in range(10):
        await announced(client, name=f"{number}.jsonl")
    answer = await client.post(f"{BASE}/imports", json={"file_name": "more.jsonl", "size": 5})
    assert answer.status_code == 429


async def test_the_imports_of_one_person_that_are_under_way_have_so_many_bytes_and_no_more(
    database, database_url, tmp_path
):
    async with app_and_client(database, database_url, tmp_path) as (app, http):
        most = app.state.assay.settings.assay_upload_megabytes * 2**20
        asked = [{"file_name": f"{size}.zip", "size": size} for size in (most, most - 5, 6)]
        answers = [await http.post(f"{BASE}/imports", json=each) for each in asked]
        assert [each.status_code for each in answers] == [201, 201, 429]
        assert (
            answers[2]
            .json()["detail"]
            .endswith(
                f" has imports of {2 * most - 5:,} bytes under way, and with 6 more they would be over {2 * most:,}: "
                "end one of them first."
            )
        )
        await http.post(f"{BASE}/imports/{answers[0].json()['id']}/cancel")
        assert (await http.post(f"{BASE}/imports", json=asked[2])).status_code == 201


async def test_names_that_no_database_takes_stop_no_import(client):
    said = [{"user": "U\0\ud800", "type": "message", "ts": "1772000000.000100", "text": "Hello."}]
    _, found = await uploaded(client, json.dumps(said).encode(), name="ops.json")
    assert found["preview"]["unknown_ids"] == ["U?"]


async def test_a_file_that_is_named_by_its_day_is_called_so_wherever_it_lies(client):
    log = b"02/03/2026, 09:14 - Ana: We keep backups.\n02/03/2026, 09:15 - Raj: Agreed, for 35 days.\n"
    for _ in range(2):
        path, found = await uploaded(client, log, name="2026-03-02.txt")
        assert (found["source"], found["preview"]["channels"][0]["name"]) == ("2026-03-02", "2026-03-02")
        await client.post(f"{path}/start")
        await reached(client, path, "completed")
    assert (await client.get(path)).json()["progress"]["unchanged"] == 2


async def test_whoever_is_erased_is_named_by_no_preview_either(client, database):
    path, _ = await uploaded(client)
    await client.post(f"{path}/start")
    await reached(client, path, "completed")
    async with database.transaction() as session:
        assert (await erase(session, Whose("p1"), drawn=Drawn.ALONE, actor=SYSTEM)).messages
    assert (await client.get(path)).json()["preview"] is None


async def test_whoever_has_an_export_looked_at_again_and_again_waits_behind_others(database, database_url, tmp_path):
    async with app_and_client(database, database_url, tmp_path) as (_, http):
        again, other = [(await uploaded(http))[1]["id"] for _ in range(2)]
    await rows(database, "UPDATE imports SET state = 'checking', changed_at = now() RETURNING id")
    await rows(database, "UPDATE imports SET changed_at = now() + interval '1 s' WHERE id = :id RETURNING id", id=again)
    looked_at = []

    async def look(import_id):
        looked_at.append(str(import_id))
        await rows(database, "UPDATE imports SET state = 'checked' WHERE id = :id RETURNING id", id=import_id)

    runner = ImportRunner(database, Uploads(tmp_path / "uploads"))
    while await runner.work_on_next(ImportState.CHECKING, look):
        pass
    assert looked_at == [other, again]


async def test_what_was_announced_while_there_was_room_leaves_the_reserve_of_the_disk_alone(client, monkeypatch):
    path = await announced(client)
    monkeypatch.setattr(uploads, "RESERVE_BYTES", 2**62)
    answer = await client.patch(f"{path}/content", content=EXPORT, headers={"Upload-Offset": "0"})
    assert (answer.status_code, (await client.get(path)).json()["received"]) == (503, 0)


async def test_an_upload_that_nobody_goes_on_with_is_tidied_away(client, database, tmp_path):
    path = await announced(client)
    await sent(client, path, EXPORT[:10])
    long_ago = now() - timedelta(days=3)
    await rows(database, "UPDATE imports SET changed_at = :at RETURNING id", at=long_ago)
    await ImportRunner(database, Uploads(tmp_path / "uploads")).tidy()
    assert (await client.get(path)).json()["state"] == "cancelled"
    assert list((tmp_path / "uploads").iterdir()) == []


def test_every_folder_that_an_upload_makes_is_closed_to_others(tmp_path):
    home = tmp_path / "home"
    uploads = Uploads(home / "uploads")
    uploads.append(uploads.folder / "1" / "chat.txt", 0, b"[2026-03-02 09:14] <ana> Hello.")
    assert {each.stat().st_mode & 0o777 for each in (home, *home.rglob("*")) if each.is_dir()} == {0o700}
