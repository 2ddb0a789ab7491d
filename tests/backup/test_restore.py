"""A backup comes back whole or not at all, and whatever dies on the way leaves what was there."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace as with_fields
from pathlib import Path

import psycopg
import pytest
from tests.builders import draft, propose, rows, scalar
from tests.conftest import administer, named
from tests.export.world import lived_in
from tests.patience import PATIENCE

from assay.audit import chain
from assay.audit.actor import SYSTEM
from assay.backup import file, keys, make, restore
from assay.db import migrate
from assay.db.engine import Database
from assay.errors import Conflict, InvalidInput, Unavailable
from assay.fsck.check import check
from assay.runtime import binaries
from assay.runtime.process import wait_for

pytestmark = pytest.mark.anyio
TOOLS = binaries.postgres_folder(None)


async def system(_session):
    return SYSTEM


@pytest.fixture
async def backup(database, tmp_path):
    """Of a small Assay in which something of everything happened."""
    await lived_in(database)
    await chain.extend(database)
    await make.make(database, TOOLS, tmp_path / "a.backup", key=None, actor=SYSTEM)
    return tmp_path / "a.backup"


@pytest.fixture
def nothing(server_url, database_url):
    """A database without a table."""
    name = f"{Database(database_url).url.database}_new"
    administer(server_url, f"CREATE DATABASE {name}")
    yield named(server_url, name)
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def bring_back(url, path, *, key=None, replace=False):
    return await restore.restore(Database(url).url, TOOLS, path, key=key, replace=replace, actor_of=system)


async def look(url, act):
    database = Database(url)
    try:
        return await act(database)
    finally:
        await database.close()


async def counts(url):
    return await look(url, lambda found: rows(found, "SELECT count(*), max(title) FROM proposals"))


def rewritten(path, **fields):
    """The same with another head, as whole as before."""
    with file.whole(path) as found, file.written(path.with_name("other.backup")) as sink:
        sink.write(with_fields(found.head, **fields).line())
        sink.write(found.body.read())
    return path.with_name("other.backup")


async def test_what_comes_back_agrees_with_itself_and_its_trail_goes_on(database_url, database, backup, nothing):
    found = await bring_back(nothing, backup)
    assert found.broken == [each for each in await check(database) if each.broken]
    assert found.head.counts["entities"] == 3
    assert await look(nothing, lambda back: scalar(back, "SELECT password_hash FROM users WHERE name = 'ana'"))
    [anchor] = [chain.Anchor.read(found.head.anchor)]

    async def verified(back):
        await chain.extend(back)
        async with back.snapshot() as session:
            return [each async for each in chain.verify(session, [anchor])]

    assert await look(nothing, verified) == []
    assert await counts(nothing) == await counts(database_url)


async def test_a_backup_shows_one_moment_while_others_write(database, nothing, tmp_path):
    done = asyncio.Event()

    async def write():
        while not done.is_set():
            await propose(database, [draft()])

    writer = asyncio.create_task(write())
    head = await make.make(database, TOOLS, tmp_path / "a.backup", key=None, actor=SYSTEM)
    done.set()
    await writer
    await bring_back(nothing, tmp_path / "a.backup")  # it compares the rows with the head
    assert await look(nothing, lambda back: scalar(back, "SELECT count(*) FROM proposals")) == head.counts["proposals"]


async def test_what_was_under_way_is_neither_done_nor_announced_again(database, nothing, tmp_path):
    await propose(database, [draft()])
    await rows(
        database,
        """INSERT INTO job_runs (id, job, state) VALUES (gen_random_uuid(), 'deduplication_scan', 'running'),
           (gen_random_uuid(), 'deduplication_scan', 'queued') RETURNING id""",
    )
    await make.make(database, TOOLS, tmp_path / "a.backup", key=None, actor=SYSTEM)
    await bring_back(nothing, tmp_path / "a.backup")

    async def left(back):
        return (
            await rows(back, "SELECT DISTINCT state FROM job_runs"),
            await scalar(back, "SELECT count(*) FROM outbox WHERE sequence IS NULL"),
            await scalar(back, "SELECT count(DISTINCT job) FROM job_requests"),
        )

    assert await look(nothing, left) == ([("skipped",)], 0, 4)


async def test_a_sealed_one_comes_back_by_its_key_alone(database, nothing, tmp_path):
    await propose(database, [draft(title="A word that nobody may read")])
    keys.generate(tmp_path / "key")
    keys.generate(tmp_path / "other")
    await make.make(database, TOOLS, tmp_path / "a.backup", key=tmp_path / "key", actor=SYSTEM)
    for key, words in ((None, "is encrypted"), (tmp_path / "other", "is not the one")):
        with pytest.raises(InvalidInput, match=words):
            await bring_back(nothing, tmp_path / "a.backup", key=key)
    await bring_back(nothing, tmp_path / "a.backup", key=tmp_path / "key")
    assert await counts(nothing) == [(1, "A word that nobody may read")]


async def test_what_is_there_is_replaced_on_demand_alone(database, database_url, backup):
    await propose(database, [draft(title="Zebras came later")])
    await database.close()
    with pytest.raises(Conflict, match="is not empty"):
        await bring_back(database_url, backup)
    before = await counts(database_url)
    await bring_back(database_url, backup, replace=True)
    assert (await counts(database_url))[0][0] == before[0][0] - 1


async def test_nothing_is_replaced_while_somebody_works_on_it(database_url, database, backup):
    async with database.transaction() as session:
        await session.connection()
        with pytest.raises(Conflict, match="stop Assay first"):
            await bring_back(database_url, backup, replace=True)


async def test_a_newer_schema_is_refused_and_an_older_one_is_brought_up(database, database_url, nothing, tmp_path):
    older = f"{int(migrate.newest()) - 1:04}"
    await propose(database, [draft(title="Old")])
    await database.close()
    await asyncio.to_thread(migrate.downgrade, database_url, older)
    head = await make.make(database, TOOLS, tmp_path / "a.backup", key=None, actor=SYSTEM)
    with pytest.raises(InvalidInput, match="newer Assay"):
        await bring_back(nothing, rewritten(tmp_path / "a.backup", revision="9999"))
    await bring_back(nothing, tmp_path / "a.backup")
    assert (head.revision, migrate.current(nothing)) == (older, migrate.newest())


async def test_one_that_lacks_what_it_says_it_has_changes_nothing(backup, nothing):
    with pytest.raises(InvalidInput, match="not what the backup says of itself: messages"):
        await bring_back(nothing, rewritten(backup, counts={**_head(backup).counts, "messages": 10**6}))
    assert migrate.current(nothing) is None


def _head(path):
    with file.whole(path) as found:
        return found.head


async def test_a_newer_server_than_the_tools_is_named(database, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "NEWEST_SERVER", 17)
    with pytest.raises(Unavailable, match="tools that come with Assay read up to 17"):
        await make.make(database, TOOLS, tmp_path / "a.backup", key=None, actor=SYSTEM)
    assert list(tmp_path.iterdir()) == []


def start(url, nats_url, home, *words):
    environment = {**os.environ, "ASSAY_HOME": str(home), "DATABASE_URL": url, "NATS_URL": nats_url}
    program = "from assay.cli.app import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)


def typed():
    """What a list of all processes shows."""
    found = b""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += path.read_bytes()
    return found


async def test_a_backup_that_is_killed_leaves_no_file_of_that_name(database, database_url, nats_url, tmp_path):
    await lived_in(database)
    with psycopg.connect(database_url) as holder:
        holder.execute("LOCK TABLE rate_limits")  # pg_dump waits for it, and what is counted before does not
        process = start(database_url, nats_url, tmp_path, "backup", str(tmp_path / "a.backup"))
        wait_for((tmp_path / "a.backup.part").exists, PATIENCE)
        wait_for(lambda: b"pg_dump" in typed(), PATIENCE)
        assert (database.url.password or "none").encode() not in typed()
        kill(process)
    assert not (tmp_path / "a.backup").exists()
    said = start(database_url, nats_url, tmp_path, "backup", str(tmp_path / "a.backup"))
    words, _ = said.communicate(timeout=PATIENCE)
    assert (said.returncode, b"Written" in words) == (0, True), words
    assert not (tmp_path / "a.backup.part").exists()


async def test_a_restore_that_is_killed_changes_nothing(database, database_url, nats_url, server_url, backup, tmp_path):
    await propose(database, [draft(title="Zebras came later")])
    before = await counts(database_url)
    name = database.url.database + restore.FRESH
    await database.close()
    process = start(database_url, nats_url, tmp_path, "restore", str(backup), "--replace", "--yes")
    with psycopg.connect(server_url, autocommit=True) as server:
        found = "SELECT 1 FROM pg_database WHERE datname = %s"
        wait_for(lambda: server.execute(found, [name]).fetchone() is not None, PATIENCE)
    kill(process)
    assert await counts(database_url) == before
    again = start(database_url, nats_url, tmp_path, "restore", str(backup), "--replace", "--yes", "--json")
    words, _ = again.communicate(timeout=PATIENCE)
    assert json.loads(words)["counts"]["proposals"] == before[0][0] - 1
    with psycopg.connect(server_url) as server:
        assert server.execute(
            "SELECT count(*) FROM pg_database WHERE datname LIKE %s", [f"{name[:20]}%_re%"]
        ).fetchone() == (0,)
