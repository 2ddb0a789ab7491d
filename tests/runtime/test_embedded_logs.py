"""What the servers log is of bounded size, however long they run and whatever clients do."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.patience import PATIENCE

from assay.runtime import files
from assay.runtime.process import wait_for

MAX_BYTES = 5_000


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(files, "MAX_LOG_BYTES", MAX_BYTES)


def test_the_log_of_postgresql_begins_anew_and_its_last_content_is_kept(supervisor, home):
    url = supervisor.start().database_url
    log, kept = (home / "postgres-18" / "log" / name for name in ("postgresql.log", "postgresql.log.1"))

    def fail(words: str) -> bool:
        with suppress(psycopg.errors.UndefinedTable), psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'SELECT FROM "nothing {words}"')
        return wait_for(lambda: log.exists() and words in log.read_text(), PATIENCE)

    while log.stat().st_size <= MAX_BYTES if log.exists() else True:
        assert fail("before")
    supervisor.watch()
    assert "before" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert fail("after")
    assert "before" not in log.read_text()
    assert not log.read_bytes().startswith(b"\0")


def test_the_log_of_postgresql_quotes_no_row_and_no_statement(supervisor, home):
    with psycopg.connect(supervisor.start().database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE notes (words text UNIQUE)")
        connection.execute("INSERT INTO notes VALUES ('the door code is 4711')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO notes VALUES ('the door code is 4711')")
    log = home / "postgres-18" / "log" / "postgresql.log"
    assert wait_for(lambda: log.exists() and "notes_words_key" in log.read_text(), PATIENCE)
    assert "4711" not in log.read_text()


def test_the_log_of_nats_is_of_bounded_size(supervisor, home):
    address = urlsplit(supervisor.start().nats_url)

    def come_without_a_token() -> None:
        with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
            connection.recv(10_000)
            connection.sendall(b"CONNECT {}\r\nPING\r\n")
            while connection.recv(1_000):
                pass

    def logs() -> list[int]:
        return [each.stat().st_size for each in (home / "nats").glob("*.log*")]

    for _ in range(10 * MAX_BYTES // 100):
        come_without_a_token()
    assert wait_for(lambda: len(logs()) > 1, PATIENCE)
    assert sum(logs()) < 4 * MAX_BYTES


def test_where_nothing_can_be_kept_the_log_is_emptied_all_the_same(tmp_path):
    log = tmp_path / "server.log"
    log.write_text("x" * (MAX_BYTES + 1))
    (tmp_path / "server.log.1").mkdir()
    files.begin_anew(log)
    assert log.read_text() == ""


def test_a_log_that_is_a_link_is_left_alone(tmp_path):
    of_somebody = tmp_path / "elsewhere"
    of_somebody.write_text("x" * (MAX_BYTES + 1))
    (tmp_path / "server.log").symlink_to(of_somebody)
    files.begin_anew(tmp_path / "server.log")
    assert of_somebody.stat().st_size == MAX_BYTES + 1
