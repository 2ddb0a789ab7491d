"""The command line as real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx2
import pytest
from tests.builders import draft, propose
from tests.cli.helpers import run_here
from tests.faults import helpers
from tests.patience import PATIENCE

from assay.cli.app import WRONG_INPUT
from assay.cli.streams import READER_LEFT
from assay.runtime.process import wait_for

COMMANDS = ("demo", "up", "down", "status", "doctor", "ingest", "proposals", "topics", "atoms", "jobs", "metrics")


def test_help_names_the_commands(tmp_path):
    ended = helpers.assay(tmp_path, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(command in ended.stdout for command in COMMANDS)


def test_assay_runs_answers_is_seen_is_never_run_twice_and_stops_without_an_orphan(tmp_path, capfd):
    home = tmp_path / "home"

    def told(*words: str):
        capfd.readouterr()
        assert run_here((*words, "--json"), ASSAY_HOME=str(home)) == 0
        return json.loads(capfd.readouterr().out)

    process = helpers.start(home, "up", "--port", "0")
    assert process.stdout
    address = process.stdout.readline().split()[4]
    try:
        assert _asked(f"{address}/healthz") == {"status": "ok"}
        ready = {"status": "ok", "database": "ok", "broker": "ok", "migrations": "ok"}
        assert wait_for(lambda: _asked(f"{address}/readyz") == ready, PATIENCE)
        status = told("status")
        assert (status["running"], status["pid"], status["web_url"]) == (True, process.pid, address)

        for port in ("0", address.rpartition(":")[2]):
            again = helpers.assay(home, "up", "--port", port)
            assert (again.returncode, again.stdout) == (1, "")
            assert again.stderr == f"Assay is already running at {address}. Stop it with: assay down\n"

        metrics = told("metrics")
        assert _asked(f"{address}/api/v1/metrics/proposals")["atom_proposals"] == metrics["atom_proposals"]
    finally:
        assert told("down") == {"stopped": True}
    assert helpers.finish(process).returncode == 0
    assert helpers.none_left(home), helpers.processes_of(home)
    assert told("status")["running"] is False


def _asked(url: str):
    return httpx2.get(url, trust_env=False, timeout=PATIENCE).json()


@pytest.mark.anyio
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [("proposals", "list", "--json"), ("proposals", "list"), ("settings", "--json")])
async def test_a_reader_that_leaves_early_is_no_traceback(
    tmp_path, database, database_url, nats_url, words, unbuffered
):
    await propose(database, [draft() for _ in range(50)])
    urls = {"DATABASE_URL": database_url, "NATS_URL": nats_url}
    with _nobody_reads() as gone:
        ended = _ran(words, tmp_path, gone, PYTHONUNBUFFERED=unbuffered, **urls)
    assert (ended.returncode, ended.stderr) == (READER_LEFT, "")


@pytest.mark.parametrize(("words", "code"), [(("--help",), READER_LEFT), (("settings", "--nonsense"), WRONG_INPUT)])
def test_a_command_whose_errors_nobody_reads_either_ends_by_the_same_code(tmp_path, words, code):
    with _nobody_reads() as gone:
        assert _ran(words, tmp_path, gone, gone, PYTHONUNBUFFERED="").returncode == code


@pytest.mark.parametrize("words", [("settings",), ("settings", "--json")])
def test_output_that_finds_no_room_is_one_sentence(tmp_path, words):
    with Path("/dev/full").open("wb") as full:
        ended = _ran(words, tmp_path, full, PYTHONUNBUFFERED="")
    sentence = "The output could not be written: No space left on device. What was done is kept.\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


def test_a_command_without_any_output_does_its_work(tmp_path):
    command = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", sys.executable, "-m", "assay", "settings"]
    assert subprocess.run(command, check=False, env=helpers.environment(tmp_path)).returncode == 0


@contextmanager
def _nobody_reads() -> Iterator[BinaryIO]:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        yield gone


def _ran(words, home, out, err=subprocess.PIPE, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assay", *words]
    return subprocess.run(
        command, stdout=out, stderr=err, text=True, check=False, env=helpers.environment(home / "untouched", **more)
    )
