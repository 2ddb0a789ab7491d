"""The command line in this process, on a database of the test's own; where a process matters, in a real one."""

from collections.abc import Callable, Iterator

import pytest
from tests.cli.helpers import Answer, run_here
from tests.conftest import copied

Assay = Callable[..., Answer]


@pytest.fixture
def demo_url(server_url, demo) -> Iterator[str]:
    with copied(server_url, demo.database) as url:
        yield url


def _assay(url: str, nats_url: str, tmp_path, capfd) -> Assay:
    home = tmp_path / "untouched"

    def run(*words: str, **environment: str) -> Answer:
        capfd.readouterr()
        given = {"ASSAY_HOME": str(home), "DATABASE_URL": url, "NATS_URL": nats_url, **environment}
        code = run_here(words, **given)
        assert not home.exists()
        return Answer(code, *capfd.readouterr())

    return run


@pytest.fixture
def assay(demo_url, nats_url, tmp_path, capfd) -> Assay:
    """Runs a command on a copy of the database that the demo leaves."""
    return _assay(demo_url, nats_url, tmp_path, capfd)


@pytest.fixture
def alone(tmp_path, capfd) -> Assay:
    """Runs a command that needs no server; there is none."""
    return _assay("postgresql://nobody@127.0.0.1:1/none", "nats://127.0.0.1:1", tmp_path, capfd)


@pytest.fixture
def empty(database_url, nats_url, tmp_path, capfd) -> Assay:
    """Runs a command on a database without anything."""
    return _assay(database_url, nats_url, tmp_path, capfd)
