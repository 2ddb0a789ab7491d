"""The command line as real processes."""

import json
import os
import subprocess
import sys

import httpx2
import pytest
from tests.builders import draft, propose
from tests.cli.lab import run_here
from tests.faults import lab

from assay.runtime.process import wait_for

COMMANDS = ("demo", "up", "down", "status", "doctor", "ingest", "proposals", "topics", "atoms", "jobs", "metrics")


def test_help_names_the_commands(tmp_path):
    ended = lab.assay(tmp_path, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(command in ended.stdout for command in COMMANDS)


def test_assay_runs_answers_is_seen_is_never_run_twice_and_stops_without_an_orphan(tmp_path, capfd):
    home = tmp_path / "home"

    def told(*words: str):
        capfd.readouterr()
        assert run_here((*words, "--json"), ASSAY_HOME=str(home)) == 0
        return json.loads(capfd.readouterr().out)

    process = lab.start(home, "up", "--port", "0")
    assert process.stdout
    address = process.stdout.readline().split()[4]
    try:
        assert _asked(f"{address}/healthz") == {"status": "ok"}
        ready = {"status": "ok", "database": "ok", "broker": "ok", "migrations": "ok"}
        assert wait_for(lambda: _asked(f"{address}/readyz") == ready, 60)
        status = told("status")
        assert (status["running"], status["pid"], status["web_url"]) == (True, process.pid, address)

        again = lab.assay(home, "up", "--port", "0")
        assert (again.returncode, again.stdout) == (1, "")
        assert again.stderr == f"Assay is already running at {address}. Stop it with: assay down\n"

        metrics = told("metrics")
        assert _asked(f"{address}/api/v1/metrics/proposals")["atom_proposals"] == metrics["atom_proposals"]
    finally:
        assert told("down") == {"stopped": True}
    assert lab.finish(process).returncode == 0
    assert lab.none_left(home), lab.processes_of(home)
    assert told("status")["running"] is False


def _asked(url: str):
    return httpx2.get(url, trust_env=False, timeout=60).json()


@pytest.mark.anyio
@pytest.mark.parametrize("words", [["proposals", "list", "--json"], ["proposals", "list"], ["settings", "--json"]])
async def test_a_reader_that_leaves_early_is_no_traceback(tmp_path, database, database_url, nats_url, words):
    await propose(database, [draft() for _ in range(50)])
    assert _complaints(words, tmp_path / "untouched", DATABASE_URL=database_url, NATS_URL=nats_url) == ""


def _complaints(words, home, **urls) -> str:
    """What a command says on standard error when nobody reads its output any more."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        ended = subprocess.run(
            [sys.executable, "-m", "assay", *words],
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=lab.environment(home, **urls),
        )
    return ended.stderr
