"""Exports that are put into a folder come in by themselves, once, and again when they have grown."""

import json
import signal

import pytest
from tests.builders import rows, scalar
from tests.faults import helpers
from tests.patience import until

pytestmark = pytest.mark.anyio


def line(number):
    said = {"id": f"m{number}", "channel": "ops", "author": "ana", "ts": f"2026-03-02T09:{number:02}:00Z"}
    return json.dumps({**said, "text": f"Day {number} is done."}) + "\n"


@pytest.fixture
def addresses(database_url, nats_url):
    return {"DATABASE_URL": database_url, "NATS_URL": nats_url}


async def test_what_is_put_there_comes_in_and_what_grows_comes_in_anew(database, addresses, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    process = helpers.start(tmp_path / "home", "watch", str(inbox), "--every", "0.2", **addresses)
    (inbox / "ops.jsonl").write_text(line(1))
    await until(lambda: scalar(database, "SELECT count(*) = 1 FROM messages"))
    (inbox / "ops.jsonl").write_text(line(1) + line(2))
    (inbox / "half.jsonl.part").write_text(line(9))
    await until(lambda: scalar(database, "SELECT count(*) = 2 FROM messages"))
    process.send_signal(signal.SIGINT)
    ended = helpers.finish(process)
    assert "ops.jsonl: 1 added, 0 edited, 0 deleted, 0 known already, 0 left out." in ended.stdout
    assert await rows(database, "SELECT DISTINCT source FROM messages") == [("ops",)]


async def test_once_imports_folders_and_files_names_what_cannot_be_read_and_ends(database, addresses, tmp_path):
    inbox = tmp_path / "inbox"
    (inbox / "team" / "sub").mkdir(parents=True)
    (inbox / "team" / "sub" / "a.jsonl").write_text(line(1))
    (inbox / "b.jsonl").write_text(line(2))
    (inbox / "bad.txt").write_bytes(b"\0\0\0 nothing")
    (inbox / "link.jsonl").symlink_to(inbox / "b.jsonl")
    home = tmp_path / "home"
    for _ in range(2):
        ended = helpers.assay(home, "watch", str(inbox), "--once", "--every", "0.1", "--source", "all", **addresses)
        assert ended.returncode == 0, ended.stderr
        assert "bad.txt" in ended.stderr
    assert await rows(database, "SELECT external_id, source FROM messages ORDER BY 1") == [("m1", "all"), ("m2", "all")]
