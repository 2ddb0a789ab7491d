"""Nobody but its owner can enter a data folder, read in it, or hold one of its locks."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from tests.patience import PATIENCE

from assay.cli import background
from assay.errors import Unavailable
from assay.runtime import clients, ownership
from assay.runtime.files import OTHERS
from assay.runtime.process import wait_for
from assay.runtime.supervisor import Supervisor


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    found = []
    for path in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):  # a server has put it away meanwhile
            found += [f"{path} {path.lstat().st_mode:o}"] if path.lstat().st_mode & OTHERS else []
    return found


def test_whatever_a_new_data_folder_holds_is_closed_to_others(tmp_path, usual_umask):
    supervisor = Supervisor(tmp_path / "new")
    try:
        supervisor.start()
        with clients.register(tmp_path / "new"):
            assert open_to_others(tmp_path / "new") == []
    finally:
        supervisor.stop()


def test_a_data_folder_of_an_earlier_version_is_closed_at_the_next_start(home, supervisor, usual_umask):
    for path in (home, *(each for each in home.rglob("*") if home / "postgres-18" not in each.parents)):
        if path.name != "postgres-18":
            path.chmod(0o711 if path.is_dir() else 0o644)
    (home / "old.out").write_text("of an earlier version")
    assert len(open_to_others(home)) > 5
    supervisor.start()
    assert open_to_others(home) == []


def test_a_lock_that_was_open_to_others_is_closed_by_the_next_command(tmp_path):
    lock = tmp_path / "guests.lock"
    lock.touch()
    lock.chmod(0o644)
    with clients.register(tmp_path):
        assert lock.stat().st_mode & 0o777 == 0o600


def test_another_account_takes_no_lock_of_the_folder(as_root, home, open_folder):
    moved = home.rename(open_folder / "home")
    moved.chmod(0o755)
    ownership.prepare(moved)
    with clients.register(moved):
        pass
    for path in (moved, moved / "guests.lock"):
        command = ["flock", "--nonblock", path, "true"]
        taken = subprocess.run(command, user=65534, group=65534, extra_groups=[], capture_output=True, text=True)
        assert "Permission denied" in taken.stderr


def test_a_folder_that_holds_other_things_is_no_data_folder(tmp_path):
    shared = tmp_path / "srv"
    shared.mkdir()
    shared.chmod(0o755)
    (shared / "script").touch(0o755)
    with pytest.raises(Unavailable, match="holds other files: set ASSAY_HOME to a folder for Assay alone"):
        ownership.prepare(shared)
    assert shared.stat().st_mode & 0o777 == 0o755


def test_what_runs_in_the_background_logs_where_nobody_else_reads(tmp_path, usual_umask):
    log = tmp_path / "home" / "assay.log"
    process = background._start(log, "--version")
    assert process.wait(PATIENCE) == 0
    assert wait_for(lambda: log.stat().st_size > 0, PATIENCE)
    assert open_to_others(tmp_path / "home") == []
