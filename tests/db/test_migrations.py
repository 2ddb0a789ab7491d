"""The migrations go up, down and up again, and make what the records say."""

import subprocess
import sys
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from tests.conftest import administer, named
from tests.patience import PATIENCE

from assay.db import migrate
from assay.db.base import Base
from assay.db.engine import driver_url
from assay.errors import InvalidInput, Unavailable


@pytest.fixture
def empty_url(server_url):
    name = f"empty_{uuid4().hex}"
    administer(server_url, f"CREATE DATABASE {name}")
    yield named(server_url, name)
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def tables(url: str) -> set[str]:
    engine = create_engine(driver_url(url))
    with engine.connect() as connection:
        found = set(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    engine.dispose()
    return found


def test_records_and_migrations_cannot_drift(database_url):
    engine = create_engine(driver_url(database_url))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_migrations_go_up_down_and_up_again(empty_url):
    assert migrate.current(empty_url) is None
    migrate.upgrade(empty_url)
    made = tables(empty_url)
    assert migrate.current(empty_url) == migrate.newest()
    migrate.downgrade(empty_url, "base")
    assert tables(empty_url) == {"alembic_version"}
    migrate.upgrade(empty_url)
    assert tables(empty_url) == made


def test_two_processes_may_migrate_at_once(empty_url):
    code = "import sys; from assay.db import migrate; migrate.ensure_newest(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(3)]
    assert [each.wait(PATIENCE) for each in processes] == [0, 0, 0]
    assert migrate.current(empty_url) == migrate.newest()


def test_a_database_that_a_newer_version_has_migrated_serves_the_old_one_and_is_left_alone(empty_url):
    migrate.upgrade(empty_url)
    administer(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    made = tables(empty_url)
    migrate.ensure_newest(empty_url)
    assert (migrate.current(empty_url), tables(empty_url)) == ("9999", made)
    assert [migrate.is_served(each) for each in ("9999", migrate.newest(), "0001", None)] == [True, True, False, False]


def test_the_system_user_has_the_fixed_id(database_url):
    engine = create_engine(driver_url(database_url))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, name, kind FROM users")).all() == [(1, "system", "system")]
    engine.dispose()


def test_an_unreachable_database_is_one_sentence():
    with pytest.raises(Unavailable, match=r"^The database does not answer: [^\n]*$"):
        migrate.ensure_newest("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.mark.parametrize("url", ["mysql://a:secret@b/c", "not a url with secret"])
def test_a_url_of_something_else_is_refused_without_showing_its_secret(url):
    with pytest.raises(InvalidInput, match="expected postgresql://") as caught:
        driver_url(url)
    assert "secret" not in str(caught.value)


BEFORE_MERGES = """
    INSERT INTO entities (id, kind, title, body, title_key, identity_key, confidence)
        VALUES ('{target}', 'atom', 'T', 'T', 't', 't', 1), ('{topic}', 'topic', 'X', 'X', 'x', 'x', 1);
    INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, stated_confidence,
        confidence, status, reviewed_at, reviewed_by_user_id, merged_into_entity_id)
        VALUES ('{source}', 'atom', 1, 'S', 'S', 's', 's', 1, 1, 'merged', now(), 1, '{target}');
    INSERT INTO embeddings (subject_id, model, kind, text_hash, vector)
        VALUES ('{source}', 'old-model', 'atom', 'h', '[1,2,3]');
    INSERT INTO audit_log (actor_user_id, action, subject_id, inverse) VALUES (1, 'proposal.merged', '{source}',
        '{{"act": "merge", "entity_id": "{target}", "revision": 2, "topics": ["{topic}"], "links": []}}')"""


BEFORE_SOURCES = """
    INSERT INTO users (id, name, kind) OVERRIDING SYSTEM VALUE
        VALUES (200, 'local:tom', 'user'), (201, 'bot', 'agent');
    INSERT INTO messages (id, source, external_id, channel, author, sent_at, text)
        SELECT gen_random_uuid(), source, n::text, 'ops', 'ana', now(), 'Hello.'
        FROM unnest(ARRAY['team', 'feed', 'old']) AS source, generate_series(1, 3) AS n;
    INSERT INTO audit_log (actor_user_id, action, detail) VALUES
        (200, 'messages.ingested', '{"source": "team"}'), (201, 'messages.ingested', '{"source": "team"}'),
        (201, 'messages.ingested', '{"source": "feed"}')"""


def test_the_sources_of_before_are_trusted_and_belong_to_who_wrote_first(empty_url):
    migrate.upgrade(empty_url, "0013")
    for statement in BEFORE_SOURCES.split(";"):
        administer(empty_url, statement)
    migrate.upgrade(empty_url)
    engine = create_engine(driver_url(empty_url))
    with engine.connect() as connection:
        sources = connection.execute(
            text("SELECT name, trust, owner_user_id, kind, writers FROM sources ORDER BY 1")
        ).all()
        unknown = text("SELECT count(*) FROM messages WHERE num_nulls(written_by_user_id, written_via) = 2")
        assert connection.scalar(unknown) == 9
    engine.dispose()
    assert sources == [
        ("feed", "trusted", 201, "api", []),
        ("old", "trusted", 1, "import", []),
        ("team", "trusted", 200, "import", []),
    ]


def test_merges_and_vectors_of_before_are_taken_over(empty_url):
    migrate.upgrade(empty_url, "0005")
    names = {name: str(uuid4()) for name in ("source", "target", "topic")}
    engine = create_engine(driver_url(empty_url))
    with engine.begin() as connection:
        for statement in BEFORE_MERGES.format(**names).split(";"):
            connection.exec_driver_sql(statement)
    migrate.upgrade(empty_url)
    with engine.connect() as connection:
        [merge] = connection.execute(text("SELECT source_id, target_id, of_entity, brought FROM merges")).all()
        models = connection.execute(text("SELECT model, state FROM embedding_models")).all()
    engine.dispose()
    assert (str(merge.source_id), str(merge.target_id), merge.of_entity) == (names["source"], names["target"], False)
    filing = {"topic_id": names["topic"], "atom_id": names["target"], "own": True}
    assert merge.brought == {"filings": [filing], "links": []}
    assert models == [("old-model", "serving")]


def test_of_users_whose_names_looked_alike_before_the_oldest_keeps_the_look(empty_url):
    migrate.upgrade(empty_url, "0016")
    engine = create_engine(driver_url(empty_url))
    with engine.begin() as connection:
        for name in ("ana", "аna", "bob"):
            connection.execute(text("INSERT INTO users (name, kind) VALUES (:name, 'user')"), {"name": name})
    migrate.upgrade(empty_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, look IS NULL FROM users WHERE id > 1 ORDER BY id")).all()
    engine.dispose()
    assert found == [("ana", False), ("аna", True), ("bob", False)]
