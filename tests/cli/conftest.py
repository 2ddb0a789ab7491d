"""The command line in this process, on a database of the test's own; where a process matters, in a real one."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from tests.cli.helpers import Answer, run_here
from tests.conftest import administer, named

Assay = Callable[..., Answer]


@pytest.fixture
def demo_url(server_url, demo) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    administer(server_url, f"CREATE DATABASE {name} TEMPLATE {demo.database} STRATEGY file_copy")
    yield named(server_url, name)
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


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
