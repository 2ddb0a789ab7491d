"""Real servers for every test: one embedded Postgres a worker, a fresh copy of a migrated database a test."""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher
from pydantic_ai import models
from sqlalchemy import make_url
from tests.faults import helpers
from tests.patience import PATIENCE
from xdist.scheduler import LoadScopeScheduling

from assay import http_client
from assay.audit.actor import Actor
from assay.db import migrate
from assay.db.engine import Database
from assay.db.models import ActorKind, User
from assay.runtime.services import Services
from assay.runtime.supervisor import Supervisor

TEMPLATE = "assay_template"
http_client.HttpPolicy.only_loopback = True  # no test asks a model that costs money
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")  # an example takes what it takes
models.ALLOW_MODEL_REQUESTS = False  # and none asks any model, unless it says so
LIMITS: Final = (
    "assay.db.engine.CONNECT_TIMEOUT_SECONDS",
    "assay.messaging.nats.CONNECT_TIMEOUT_SECONDS",
    "assay.queue.health.DATABASE_SECONDS",
)
MEMORY = Path("/dev/shm")
ROOM_NEEDED = 4 * 1024**3
SHARING: Final = (
    ("tests/cli/", "tests/faults/test_kill.py", "tests/faults/test_external_servers.py"),  # the demo
    ("tests/runtime/",),  # a prepared data folder
    ("tests/faults/test_outages.py",),  # servers that may be killed
    ("tests/docs/test_examples.py",),  # a running Assay
    ("tests/page/test_pages.py",),  # a browser, and a web app before it
    ("tests/page/test_review.py",),
    ("tests/page/test_reviewing_together.py",),
    ("tests/page/test_long_queue.py",),
    ("tests/page/test_approval.py",),
)
"""Tests that share what takes long to make. They run in one process; every other test runs in the next free one."""


class InGroups(LoadScopeScheduling):
    """Large groups first and single tests last, so that no process is left without work before the end."""

    def _split_scope(self, nodeid: str) -> str:
        return next((paths[0] for paths in SHARING if nodeid.startswith(paths)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> InGroups:
    return InGroups(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    # A shell starts what runs in its background deaf to Ctrl-C, and every process that a test starts would be too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def unhurried() -> Iterator[None]:
    """Servers may take long on a loaded machine. A test of one that never answers sets a limit of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for limit in LIMITS:
            patch.setattr(limit, PATIENCE)
        yield


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the data folder of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(tmp_path_factory.mktemp("home") / "assay"))
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hundreds of tests sign somebody in. What hashing costs in earnest is a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assay.accounts.passwords._HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def servers_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is room: each test makes and drops a database of some hundred files."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_NEEDED:
        yield tmp_path_factory.mktemp("servers")
        return
    with tempfile.TemporaryDirectory(prefix="assay-", dir=MEMORY, ignore_cleanup_errors=True) as home:
        yield Path(home)


SERVER = {
    **dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off"),  # nothing here outlives a power cut
    "authentication_timeout": "60s",
}


@pytest.fixture(scope="session")
def servers(servers_home: Path) -> Iterator[Services]:
    """Embedded servers of this worker; those named by ASSAY_TEST_DATABASE_URL and ASSAY_TEST_NATS_URL go before."""
    supervisor = Supervisor(
        servers_home,
        database_url=os.environ.get("ASSAY_TEST_DATABASE_URL"),
        nats_url=os.environ.get("ASSAY_TEST_NATS_URL"),
    )
    started = supervisor.start()
    for name, value in SERVER.items():
        administer(started.database_url, f"ALTER SYSTEM SET {name} = '{value}'")
    administer(started.database_url, "SELECT pg_reload_conf()")
    yield started
    _administrator(started.database_url).close()
    supervisor.stop()


@pytest.fixture(scope="session")
def server_url(servers: Services) -> str:
    """A Postgres to make databases in."""
    return servers.database_url


@pytest.fixture(scope="session")
def nats_url(servers: Services) -> str:
    return servers.nats_url


def administer(server_url: str, statement: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)


@cache
def _administrator(server_url: str) -> "psycopg.Connection[Any]":
    """One for all databases that this process makes and drops: to connect costs as much as to drop."""
    return psycopg.connect(server_url, autocommit=True)


@contextmanager
def copied(server_url: str, template: str) -> Iterator[str]:
    """The address of a copy of a database to which nobody is connected. In the end it is dropped."""
    name, server = f"test_{uuid4().hex}", _administrator(server_url)
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
    try:
        yield named(server_url, name)
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def named(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """A database made by the real migrations, to be copied."""
    name = f"{TEMPLATE}_{os.getpid()}"
    administer(server_url, f"CREATE DATABASE {name}")
    migrate.upgrade(named(server_url, name))
    return name


@dataclass(frozen=True)
class Demo:
    """A database to be copied, what the demo that made it said, and its data folder, which it had no need of."""

    database: str
    document: dict[str, Any]
    home: Path


@pytest.fixture(scope="session")
def demo(server_url: str, template: str, nats_url: str, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A demo in a process of its own, on servers that it did not start."""
    name, home = f"demo_{os.getpid()}", tmp_path_factory.mktemp("demo") / "untouched"
    administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    document = helpers.demo(home, DATABASE_URL=named(server_url, name), NATS_URL=nats_url)
    return Demo(name, document, home)


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    with copied(server_url, template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def ana(database: Database) -> Actor:
    """A person who reviews."""
    async with database.transaction() as session:
        session.add(User(id=10, name="ana", kind=ActorKind.USER))
    return Actor(10, "ana", ActorKind.USER)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real chats and labelled pairs beside the checkout."""
    folder = Path(__file__).parents[1].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real chats is not beside this checkout")
    return folder
