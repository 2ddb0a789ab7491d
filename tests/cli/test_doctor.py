"""The doctor says what is wrong in one sentence each, whatever it is, and changes nothing."""

import errno
import json
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url
from tests.cli.helpers import run_here
from tests.conftest import administer, named
from tests.patience import PATIENCE

from assay import disk
from assay.ai.providers import endpoint_embedder
from assay.cli.commands.doctor import explained
from assay.runtime import binaries
from assay.runtime.process import wait_for
from assay.runtime.supervisor import Supervisor

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def bare_url(server_url):
    """A database in which nothing was ever made."""
    name = f"bare_{uuid4().hex}"
    administer(server_url, f"CREATE DATABASE {name}")
    yield named(server_url, name)
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def run(url: str, *statements: str):
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            found = connection.execute(statement.encode())
        return found.fetchone() if found.description else None


def problems(answer) -> str:
    assert answer.code == 1
    assert "Traceback" not in answer.err
    return " ".join(answer.out.split())


def test_it_finds_nothing_wrong(empty):
    document = empty("doctor", "--json").document
    assert document["problems"] == []
    assert {"assay", "python", "postgres", "nats", "migrations", "embedding model"} <= set(document["facts"])


def test_it_migrates_nothing(empty, bare_url):
    document = empty("doctor", "--json", DATABASE_URL=bare_url).document
    assert document["facts"]["migrations"].startswith("none yet: the next command makes those up to ")
    assert document["facts"]["postgres"].endswith("made by the first command")
    assert run(bare_url, TABLES) == (0,)


def test_it_names_migrations_that_are_missing_and_those_of_a_newer_version(empty, database_url):
    run(database_url, "UPDATE alembic_version SET version_num = '0001'")
    assert "The database is at revision 0001, and this version of Assay needs" in problems(empty("doctor"))
    assert run(database_url, "SELECT version_num FROM alembic_version") == ("0001",)
    run(database_url, "UPDATE alembic_version SET version_num = '9999'")
    assert empty("doctor", "--json").document["facts"]["migrations"] == "9999, made by a newer version of Assay"


def test_it_names_a_database_without_pgvector(empty, database_url):
    run(database_url, "DROP EXTENSION vector CASCADE")
    assert "The database lacks the extension pgvector: as a superuser, CREATE EXTENSION" in problems(empty("doctor"))


def test_it_names_a_user_without_rights_and_a_database_that_takes_no_changes(empty, server_url, bare_url):
    role = f"guest_{uuid4().hex[:8]}"
    administer(server_url, f"CREATE ROLE {role} LOGIN PASSWORD 'guest'")
    guest = _as(bare_url, role)
    try:
        assert "GRANT USAGE, CREATE ON SCHEMA public" in problems(empty("doctor", DATABASE_URL=guest))
        administer(server_url, f"ALTER ROLE {role} SET default_transaction_read_only = on")
        assert "it is read-only" in problems(empty("doctor", DATABASE_URL=guest))
    finally:
        administer(server_url, f"DROP ROLE {role}")


def _as(url: str, role: str) -> str:
    return make_url(url).set(username=role, password="guest").render_as_string(hide_password=False)


def test_it_names_a_broker_that_does_not_answer(empty):
    assert "The broker (NATS_URL) does not answer" in problems(empty("doctor", NATS_URL="nats://127.0.0.1:1"))


def test_it_names_a_broker_without_jetstream(empty, tmp_path):
    command = [binaries.nats_server(), "--addr", "127.0.0.1", "--port", "-1", "--ports_file_dir", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        assert wait_for(lambda: any(tmp_path.glob("*.ports")) and _port(tmp_path) is not None, PATIENCE)
        told = problems(empty("doctor", NATS_URL=f"nats://127.0.0.1:{_port(tmp_path)}"))
        server.terminate()
    assert "The broker (NATS_URL) has no JetStream to keep the queue" in told


def _port(folder: Path) -> str | None:
    try:
        return str(json.loads(next(folder.glob("*.ports")).read_text())["nats"][0].rpartition(":")[2])
    except ValueError:  # not written to its end
        return None


def test_it_names_a_paused_job_and_so_does_the_status_of_the_jobs(empty):
    assert empty("jobs", "pause", "deduplication_scan").code == 0
    sentence = "Job deduplication_scan is paused: only a command starts it. Resume it with: assay jobs resume"
    assert sentence in problems(empty("doctor"))
    status = problems(empty("jobs", "status"))
    assert sentence in status
    assert "All is well" not in status


def test_it_names_a_job_that_failed(empty, database_url):
    run(
        database_url,
        "INSERT INTO job_runs (id, job, state, started_at, error) "
        "VALUES (gen_random_uuid(), 'auto_review_proposals', 'failed', now(), 'All 12 items failed: No room.')",
    )
    sentence = "Job auto_review_proposals: its last run ended as failed: All 12 items failed: No room."
    assert sentence in problems(empty("doctor"))


def test_it_names_an_index_that_was_built_with_old_parameters(empty, database_url):
    run(
        database_url,
        "CREATE INDEX ix_old ON embeddings USING hnsw ((vector::halfvec(384)) halfvec_cosine_ops) "
        "WHERE model = 'm' AND kind = 'atom'",
    )
    assert "ALTER INDEX ix_old SET (m = 32); REINDEX INDEX CONCURRENTLY ix_old;" in problems(empty("doctor"))
    run(database_url, "ALTER INDEX ix_old SET (m = 32)", "REINDEX INDEX ix_old")
    assert empty("doctor").code == 0


def test_it_names_a_language_model_that_does_not_answer(empty):
    chosen = {"ASSAY_EXTRACTOR": "openai-compatible", "ASSAY_LLM_URL": "http://127.0.0.1:1/v1"}
    answer = empty("doctor", ASSAY_LLM_MODEL="small", **chosen)
    assert "The language model 'small' at http://127.0.0.1:1/v1 does not answer" in problems(answer)
    assert "needs ASSAY_LLM_MODEL" in problems(empty("doctor", **chosen))


def test_it_names_an_embedding_model_that_does_not_answer(empty, monkeypatch):
    monkeypatch.setattr(endpoint_embedder, "MAX_ATTEMPTS", 1)
    chosen = {"ASSAY_EMBEDDINGS_URL": "http://127.0.0.1:1/v1", "ASSAY_EMBEDDINGS_MODEL": "small"}
    answer = empty("doctor", ASSAY_EMBEDDINGS_DIMENSIONS="384", ASSAY_EMBEDDINGS_TIMEOUT="1", **chosen)
    assert "http://127.0.0.1:1/v1" in problems(answer)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/home/x/postgres.password"), "/home/x/postgres.password"),
        (KeyError("what"), "A fault while it looked: KeyError: 'what'"),
    ],
)
def test_whatever_happens_is_one_sentence(error, words):
    assert words in explained(error, None, "it looked")


def _wal_gone(home: Path) -> str:
    shutil.rmtree(home / "postgres-18" / "pg_wal")
    return "pg_wal"


def _control_file_gone(home: Path) -> str:
    (home / "postgres-18" / "global" / "pg_control").unlink()
    return f"{home}/postgres-18/global/pg_control"


def _foreign(home: Path) -> str:
    (home / "postgres-18" / "PG_VERSION").write_text("17")
    return "was made by PostgreSQL 17 and this is PostgreSQL 18"


def _broken_settings(home: Path) -> str:
    (home / "postgres-18" / "postgresql.conf").write_text("nonsense = 1")
    return "FATAL: "


def _a_file(home: Path) -> str:
    shutil.rmtree(home)
    home.touch()
    return "cannot be used: it is a file"


@pytest.fixture(scope="module")
def used_before(tmp_path_factory) -> Path:
    home: Path = tmp_path_factory.mktemp("used")
    supervisor = Supervisor(home)
    supervisor.start()
    supervisor.stop()
    return home


@pytest.mark.parametrize("break_it", [_wal_gone, _control_file_gone, _foreign, _broken_settings, _a_file])
def test_it_names_what_is_wrong_with_our_own_servers(used_before, tmp_path, capfd, break_it):
    home = tmp_path / "home"
    subprocess.run(["cp", "--archive", used_before, home], check=True)
    expected = break_it(home)
    assert run_here(("doctor",), ASSAY_HOME=str(home)) == 1
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err
    told = " ".join(said.out.split())
    assert expected in told
    assert "/proc/self" not in told


def test_on_a_full_disk_it_advises_no_other_home(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: 0)
    home = tmp_path / "home"
    home.touch()
    assert run_here(("doctor", "--json"), ASSAY_HOME=str(home)) == 1
    said = capfd.readouterr().out
    assert "make room on it" in said
    assert "set ASSAY_HOME" not in said
