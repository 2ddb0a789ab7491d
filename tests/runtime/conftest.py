"""Real servers in real processes, on copies of one prepared data folder."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.patience import PATIENCE

from assay.runtime.process import wait_for
from assay.runtime.supervisor import Supervisor

SCRIPT = Path(__file__).parent / "hold_services.py"


class Holder:
    """Another process that holds the services of `home`, as `assay up` does."""

    def __init__(self, home: Path, user: int | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(home), *([] if user is None else [str(user)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "NATS_URL"}},
            start_new_session=True,
        )

    def said(self) -> dict[str, Any]:
        """The next thing it says."""
        assert self.process.stdout
        facts: dict[str, Any] = json.loads(self.process.stdout.readline())
        return facts

    def servers(self) -> dict[str, int]:
        """The pids of its children by program."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = [int(pid) for task in tasks for pid in task.read_text().split()]
        found = {}
        for pid in pids:
            with suppress(OSError):  # it was there for a moment only
                found[Path(f"/proc/{pid}/comm").read_text().strip()] = pid
        return found

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> dict[str, Any]:
        """Let it go in order; what it says last."""
        assert self.process.stdin
        self.process.stdin.close()
        last = self.said()
        self.process.wait()
        return last

    def clean_up(self) -> None:
        self.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


@pytest.fixture
def hold() -> Iterator[Callable[..., Holder]]:
    holders: list[Holder] = []

    def start(home: Path, **options: Any) -> Holder:
        holders.append(Holder(home, **options))
        return holders[-1]

    yield start
    for holder in holders:
        holder.clean_up()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("prepared")
    supervisor = Supervisor(home)
    supervisor.start()
    supervisor.stop()
    return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    """A data folder that was used before and is not running."""
    copy = tmp_path / "home"
    subprocess.run(["cp", "--archive", prepared, copy], check=True)
    return copy


@pytest.fixture
def supervisor(home: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(home)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="assay-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can run a process as somebody else")


@pytest.fixture
def query() -> Callable[[str, str], Any]:
    """One value from the database, as soon as it answers."""

    def ask(url: str, sql: str) -> Any:
        answers: list[Any] = []

        def answered() -> bool:
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    cursor = connection.execute(sql.encode())
                    answers.extend(cursor.fetchone() or () if cursor.description else [None])
            except psycopg.OperationalError:
                return False
            return True

        assert wait_for(answered, PATIENCE), "the database does not answer"
        return answers[0]

    return ask
