"""Stopping: whoever was told that Assay has stopped may copy its folder."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli import slow_stop
from tests.cli.helpers import run_here

from assay.runtime import state


@pytest.fixture
def owner(tmp_path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, slow_stop.__file__, str(tmp_path / "home")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def has_stopped(home: Path) -> bool:
    return (home / "written").exists() and not state.in_use(home)


def test_down_returns_when_the_folder_is_free_and_its_owner_is_gone(owner, tmp_path, capfd):
    home = tmp_path / "home"
    assert run_here(("down",), ASSAY_HOME=str(home)) == 0
    assert has_stopped(home)
    assert owner.poll() == 0
    assert capfd.readouterr().out == "Assay has stopped.\n"


def test_down_waits_also_for_a_stop_that_is_under_way(owner, tmp_path):
    home = tmp_path / "home"
    owner.terminate()
    while state.state_file(home).exists():
        pass
    assert run_here(("down",), ASSAY_HOME=str(home)) == 0
    assert has_stopped(home)


def test_down_where_nothing_runs_says_so(tmp_path, capfd):
    assert run_here(("down",), ASSAY_HOME=str(tmp_path)) == 0
    assert capfd.readouterr().out.startswith("Assay is not running.")
