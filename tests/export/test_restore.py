"""Everything goes out and comes back whole: ids, decisions, revisions, evidence, the trail. And no secret with it."""

import gzip

import pytest
from tests.builders import draft, propose, rows, scalar
from tests.conftest import copied
from tests.export.world import exported, lived_in

from assay import lines
from assay.audit import chain
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.errors import Conflict, InvalidInput
from assay.export.restore import restore
from assay.fsck.check import check
from assay.proposals import actions

pytestmark = pytest.mark.anyio


async def system(_session):
    return SYSTEM


@pytest.fixture
async def empty(server_url, template):
    with copied(server_url, template) as url:
        found = Database(url)
        yield found
        await found.close()


def told(lines):
    """The records of an export without what a restore adds: its own entry of the trail, and the end of tokens."""
    rows = [each for each in lines if "row" in each and each["row"].get("action") != "records.restored"]
    return [(each["table"], {k: v for k, v in each["row"].items() if k != "revoked_at"}) for each in rows]


async def test_what_comes_back_is_what_went_out(database, empty, tmp_path):
    await lived_in(database)
    before = await exported(database, tmp_path / "a.jsonl")
    counts = await restore(empty, tmp_path / "a.jsonl", actor_of=system, with_admins=True)
    assert told(await exported(empty, tmp_path / "b.jsonl")) == told(before)
    assert counts["entities"] == 3
    assert [each for each in await check(empty) if each.broken] == await broken_before(database)


async def test_the_chain_of_the_trail_comes_back_and_goes_on(database, empty, tmp_path):
    await lived_in(database)
    await chain.extend(database)
    await propose(database, [draft()])  # of this there is no link yet
    async with database.transaction() as session:
        assert (kept := await chain.anchor(session))
    await exported(database, tmp_path / "a.jsonl")
    await restore(empty, tmp_path / "a.jsonl", actor_of=system)
    assert await chain.extend(empty) == 2
    async with empty.snapshot() as session:
        assert [each async for each in chain.verify(session, [kept])] == []


async def broken_before(database):
    return [each for each in await check(database) if each.broken]


async def test_life_goes_on_behind_a_restore(database, empty, tmp_path):
    await lived_in(database)
    await exported(database, tmp_path / "a.jsonl")
    await restore(empty, tmp_path / "a.jsonl", actor_of=system)
    [fresh] = await propose(empty, [draft(title="Something new")])
    async with empty.transaction() as session:
        assert all(each.done for each in await actions.approve(session, [fresh], actor=SYSTEM))
    assert await scalar(empty, "SELECT count(*) > 0 FROM job_requests WHERE job = 'deduplication_scan'")
    waiting = await rows(empty, "SELECT count(*) FROM outbox WHERE sequence IS NULL")
    assert waiting == [(await scalar(database, "SELECT count(*) FROM outbox WHERE sequence IS NULL") + 2,)]


async def test_no_password_and_no_token_goes_out(database, empty, tmp_path):
    await lived_in(database)
    await exported(database, tmp_path / "a.jsonl")
    content = (tmp_path / "a.jsonl").read_text()
    digest = await scalar(database, "SELECT secret_hash FROM api_tokens")
    assert [each in content for each in ("a digest", digest, "password_hash", "secret_hash")] == [False] * 4
    await restore(empty, tmp_path / "a.jsonl", actor_of=system)
    assert await rows(empty, "SELECT count(*) FROM api_tokens WHERE revoked_at IS NULL") == [(0,)]
    assert await scalar(empty, "SELECT password_hash FROM users WHERE name = 'ana'") is None


@pytest.mark.parametrize(("with_admins", "role"), [(False, "reviewer"), (True, "admin")])
async def test_a_file_makes_nobody_an_admin_unless_it_is_said(database, empty, tmp_path, with_admins, role):
    await lived_in(database)
    await exported(database, tmp_path / "a.jsonl")
    await restore(empty, tmp_path / "a.jsonl", actor_of=system, with_admins=with_admins)
    assert await rows(empty, "SELECT name, role FROM users WHERE role IS NOT NULL") == [("ana", role)]


async def test_it_also_comes_back_packed(database, empty, tmp_path):
    await lived_in(database)
    await exported(database, tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    assert (await restore(empty, tmp_path / "a.jsonl.gz", actor_of=system))["proposals"] == 5


async def test_large_and_monotonous_messages_keep_nothing_from_coming_back(database, empty, tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "FREE_TO_UNPACK", 2**20)
    await lived_in(database)
    await rows(database, "UPDATE messages SET text = repeat('a', 3000000) || repeat(chr(1), 300000) RETURNING id")
    await exported(database, tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    assert (await restore(empty, tmp_path / "a.jsonl.gz", actor_of=system))["messages"] > 1


async def test_an_assay_that_was_used_is_left_as_it_is(database, tmp_path):
    await lived_in(database)
    before = await exported(database, tmp_path / "a.jsonl")
    with pytest.raises(Conflict, match="is not empty"):
        await restore(database, tmp_path / "a.jsonl", actor_of=system)
    assert (await exported(database, tmp_path / "b.jsonl"))[1:] == before[1:]


def without_a_line(content):
    lines = content.splitlines(keepends=True)
    return b"".join(lines[:5] + lines[6:])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content[: len(content) // 2], "not JSON|not whole"),
        (without_a_line, "is incomplete"),
        (lambda content: content + b'{"table": "users", "row": {}}\n', "damaged"),
        (lambda content: content.replace(b'"table":"topic_atoms"', b'"table":"pg_authid"'), "not a record of Assay"),
        (lambda content: content.replace(b'"revision":"00', b'"revision":"99'), "newer Assay"),
        (lambda content: content.split(b"\n", 1)[1], "not an export of Assay"),
        (lambda content: content.replace(b'"kind": "atom"', b'"kind": "a word that is far too long for it"'), "fit"),
        (lambda content: content[: content.rindex(b'{"end"')] + b'{"end": 5}\n', "is incomplete"),
        (lambda _: b"ana: hello\n", "not JSON"),
        (lambda _: b"", "empty"),
    ],
)
async def test_a_file_that_is_not_whole_changes_nothing(database, empty, tmp_path, change, sentence):
    await lived_in(database)
    await exported(database, tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_bytes(change((tmp_path / "a.jsonl").read_bytes()))
    with pytest.raises(InvalidInput, match=sentence):
        await restore(empty, tmp_path / "b.jsonl", actor_of=system)
    assert await rows(empty, "SELECT count(*) FROM messages UNION ALL SELECT count(*) FROM users") == [(0,), (1,)]
