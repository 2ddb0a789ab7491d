"""A database that an earlier version filled is brought to the newest shape, and what was in it is as it was."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.orm import Session
from tests.conftest import administer, named

from assay.db import migrate
from assay.db.base import Base
from assay.db.engine import driver_url
from assay.db.models import JobRun

EARLIER = ("0012", "0025")
"""One of long ago, and the last before the code got the names of the field."""
TOPIC, ATOM, OTHER, WAITING, PUT_AWAY, RUN, SAID = (str(uuid4()) for _ in range(7))
WORDS = {"title": "Ledger", "body": "Of money.", "title_key": "ledger"}
NEVER = "2026-03-02T09:00:00Z"


def knowledge(identity: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "kind": kind, "identity_key": identity, "confidence": 0.97, **WORDS, **more}


def proposal(identity: str, kind: str, **more: Any) -> dict[str, Any]:
    return knowledge(identity, kind, proposed_by_user_id=1, stated_confidence=0.9, **more)


def approved(identity: str, kind: str) -> dict[str, Any]:
    decided = {"status": "approved", "review_action": "approve", "reviewed_at": NEVER, "reviewed_by_user_id": 7}
    return proposal(identity, kind, created_entity_id=identity, **decided)


ROWS: list[tuple[str, dict[str, Any]]] = [
    ("users", {"id": 7, "name": "ana", "kind": "user", "role": "admin", "password_hash": "$argon2id$"}),
    ("api_tokens", {"id": str(uuid4()), "user_id": 7, "name": "ci", "prefix": "assay_x", "secret_hash": "h",
        "scopes": ["read"]}),
    ("extraction_runs", {"id": RUN, "trigger_type": "scheduled", "triggered_by_user_id": 1, "status": "completed",
        "extractor": "offline", "model_name": "rules", "prompt_version": "1"}),
    ("messages", {"id": SAID, "source": "chat", "external_id": "1", "channel": "backend", "author": "tom",
        "sent_at": NEVER, "text": "Money.", "extraction_run_id": RUN, "read_at": NEVER}),
    ("entities", knowledge(TOPIC, "topic")),
    ("entities", knowledge(ATOM, "atom", atom_type="decision")),
    ("entities", knowledge(OTHER, "atom", atom_type="insight")),
    ("proposals", approved(TOPIC, "topic")),
    ("proposals", approved(ATOM, "atom")),
    ("proposals", proposal(WAITING, "atom", dedup_state="duplicate", similar_entity_id=ATOM, similarity_score=0.9,
        similarity_type="update", extraction_run_id=RUN, source_message_ids=[SAID], failures=5, last_error="no")),
    ("proposals", proposal(PUT_AWAY, "topic", status="rejected", review_action="expired", reviewed_at=NEVER)),
    ("evidence", {"id": str(uuid4()), "proposal_id": WAITING, "position": 0, "message_id": SAID, "quote": "Money.",
        "verified": True}),
    ("entity_revisions", {"entity_id": ATOM, "number": 1, "snapshot": WORDS, "change_type": "created",
        "changed_by_user_id": 1}),
    ("topic_atoms", {"topic_id": TOPIC, "atom_id": ATOM, "position": 3}),
    ("atom_links", {"from_id": ATOM, "to_id": OTHER, "link_type": "supports", "strength": 0.5}),
    ("embedding_models", {"model": "old", "state": "serving"}),
    ("embeddings", {"subject_id": ATOM, "model": "old", "kind": "atom", "text_hash": "h", "vector": "[1,2,3]"}),
    ("policy_versions", {"version": 1, "document": {"auto_approval_threshold": 0.9}, "author_user_id": 7}),
    ("audit_log", {"actor_user_id": 1, "action": "proposal.auto_approved", "subject_id": ATOM, "entity_type": "atom",
        "channel": "knowledge_proposals", "data": {"title": "Ledger"}, "inverse": {"act": "approve"}}),
    ("job_runs", {"id": str(uuid4()), "job": "deduplication_scan", "state": "ok", "worker": "w", "started_at": NEVER,
        "kicked_at": NEVER}),
    ("job_requests", {"job": "deduplication_scan"}),
]  # fmt: skip


@pytest.fixture(params=EARLIER)
def earlier(server_url, request):
    """A database of the earlier version, with something in it."""
    name = f"earlier_{uuid4().hex}"
    administer(server_url, f"CREATE DATABASE {name}")
    migrate.upgrade(named(server_url, name), request.param)
    engine = create_engine(driver_url(named(server_url, name)))
    with engine.begin() as connection:
        for table, row in ROWS:
            insert(connection, table, row)
    yield engine
    engine.dispose()
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    """What the row does not name takes its default."""
    columns = ", ".join(row)
    connection.execute(
        text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL\\:\\:{table}, :row)"),
        {"row": json.dumps(row)},
    )


def kept(engine: Engine, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table: [*map(tuple, connection.execute(text(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2")))]
            for table, names in columns.items()
        }


def columns_of(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT table_name, array_agg(column_name::text) AS names FROM information_schema.columns "
                 "WHERE table_schema = 'public' AND table_name <> 'alembic_version' GROUP BY 1")
        )  # fmt: skip
        return {row.table_name: row.names for row in found}


def test_what_was_there_is_there_after_the_upgrade_and_can_be_read(earlier):
    columns = columns_of(earlier)
    before = kept(earlier, columns)
    assert sum(map(len, before.values())) > len(ROWS)

    migrate.ensure_newest(earlier.url.render_as_string(hide_password=False))

    assert kept(earlier, columns) == before
    with Session(earlier) as session:
        assert compare_metadata(MigrationContext.configure(session.connection()), Base.metadata) == []
        read = [row for mapper in Base.registry.mappers for row in session.scalars(select(mapper))]
        assert session.scalar(select(JobRun.dispatched_at)) == datetime.fromisoformat(NEVER)
    assert len(read) > len(ROWS)
