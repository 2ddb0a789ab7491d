"""The records of the contract, the system user, and the counts kept by trigger.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


DIMENSIONS = (
    "kind",
    "status",
    "coalesce(review_action, '')",
    "auto_approved",
    "auto_reverted",
    "similarity_score IS NOT NULL",
)

TALLY = """
CREATE FUNCTION tally_proposals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN {added}; END IF;
    IF TG_OP <> 'INSERT' THEN {removed}; END IF;
    RETURN NULL;
END $$
"""


def _tally(rows: str, sign: str) -> str:
    return f"""
        INSERT INTO proposal_tallies
            (kind, status, review_action, auto_approved, auto_reverted, flagged, proposals, confidence_millionths)
        SELECT {", ".join(DIMENSIONS)}, {sign} count(*), {sign} sum(round(confidence * 1000000))
        FROM {rows} GROUP BY 1, 2, 3, 4, 5, 6"""


def _create_tally_triggers() -> None:
    op.execute(TALLY.format(added=_tally("after", "+"), removed=_tally("before", "-")))
    for event, tables in (
        ("INSERT", "NEW TABLE AS after"),
        ("UPDATE", "OLD TABLE AS before NEW TABLE AS after"),
        ("DELETE", "OLD TABLE AS before"),
    ):
        op.execute(
            f"CREATE TRIGGER tally_{event.lower()} AFTER {event} ON proposals REFERENCING {tables} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tally_proposals()"
        )


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "entities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum("topic", "atom", name="kind", native_enum=False, length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("identity_key", sa.String(length=64), nullable=False),
        sa.Column("icon", sa.Text(), nullable=True),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("keywords", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "atom_type",
            sa.Enum(
                "problem",
                "solution",
                "decision",
                "question",
                "insight",
                "pattern",
                "requirement",
                name="atomtype",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("meta", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
    )
    op.create_index("ix_entities_kind_created_at", "entities", ["kind", "created_at", "id"], unique=False)
    op.create_index(
        "ix_entities_live_title",
        "entities",
        ["kind", "title_key"],
        unique=False,
        postgresql_where=sa.text("NOT archived"),
    )
    op.create_index(
        "ix_entities_live_title_trgm",
        "entities",
        ["title_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title_key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("NOT archived"),
    )
    op.create_index(
        "uq_entities_live_identity",
        "entities",
        ["kind", "identity_key"],
        unique=True,
        postgresql_where=sa.text("NOT archived"),
    )
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "ok",
                "failed",
                "timeout",
                "interrupted",
                "lost",
                "skipped",
                name="jobstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "statistics", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index("ix_job_runs_job_started_at", "job_runs", ["job", "started_at"], unique=False)
    op.create_table(
        "proposal_tallies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Enum("topic", "atom", name="kind", native_enum=False, length=20), nullable=False),
        sa.Column(
            "status",
            sa.Enum("pending", "approved", "rejected", "merged", name="proposalstatus", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("review_action", sa.String(length=20), nullable=False),
        sa.Column("auto_approved", sa.Boolean(), nullable=False),
        sa.Column("auto_reverted", sa.Boolean(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("proposals", sa.BigInteger(), nullable=False),
        sa.Column("confidence_millionths", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_tallies")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind", sa.Enum("system", "user", "agent", name="actorkind", native_enum=False, length=20), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "atom_links",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column(
            "link_type",
            sa.Enum(
                "continues",
                "solves",
                "contradicts",
                "supports",
                "refines",
                "relates_to",
                "depends_on",
                name="linktype",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("strength", sa.Double(), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_atom_links_not_to_itself")),
        sa.CheckConstraint("strength BETWEEN 0 AND 1", name=op.f("ck_atom_links_strength")),
        sa.ForeignKeyConstraint(["from_id"], ["entities.id"], name=op.f("fk_atom_links_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["entities.id"], name=op.f("fk_atom_links_to_id")),
        sa.PrimaryKeyConstraint("from_id", "to_id", "link_type", name=op.f("pk_atom_links")),
    )
    op.create_index(op.f("ix_atom_links_to_id"), "atom_links", ["to_id"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("inverse", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_user_id"], ["users.id"], name=op.f("fk_audit_log_actor_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_actor_user_id"), "audit_log", ["actor_user_id"], unique=False)
    op.create_index("ix_audit_log_subject_id_id", "audit_log", ["subject_id", "id"], unique=False)
    op.create_index(
        "ix_audit_log_unpublished",
        "audit_log",
        ["id"],
        unique=False,
        postgresql_where=sa.text("channel IS NOT NULL AND published_at IS NULL"),
    )
    op.create_table(
        "extraction_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "trigger_type",
            sa.Enum("manual", "scheduled", "ingest", "batch", name="triggertype", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("triggered_by_user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending", "running", "completed", "failed", "cancelled", name="runstatus", native_enum=False, length=20
            ),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("time_window_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_window_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "config_snapshot", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("messages_analyzed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("topic_proposals_created", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("atom_proposals_created", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("llm_tokens_used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("cost_estimate", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["triggered_by_user_id"], ["users.id"], name=op.f("fk_extraction_runs_triggered_by_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extraction_runs")),
    )
    op.create_index("ix_extraction_runs_status_created_at", "extraction_runs", ["status", "created_at"], unique=False)
    op.create_index(
        op.f("ix_extraction_runs_triggered_by_user_id"), "extraction_runs", ["triggered_by_user_id"], unique=False
    )
    op.create_table(
        "topic_atoms",
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("atom_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["atom_id"], ["entities.id"], name=op.f("fk_topic_atoms_atom_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["entities.id"], name=op.f("fk_topic_atoms_topic_id")),
        sa.PrimaryKeyConstraint("topic_id", "atom_id", name=op.f("pk_topic_atoms")),
    )
    op.create_index(op.f("ix_topic_atoms_atom_id"), "topic_atoms", ["atom_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_latest", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("is_bot", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ingested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("extraction_run_id", sa.Uuid(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_reads", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["extraction_run_id"],
            ["extraction_runs.id"],
            name=op.f("fk_messages_extraction_run_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("source", "external_id", "version", name=op.f("uq_messages_source_external_id_version")),
    )
    op.create_index("ix_messages_channel_sent_at", "messages", ["source", "channel", "sent_at"], unique=False)
    op.create_index(op.f("ix_messages_extraction_run_id"), "messages", ["extraction_run_id"], unique=False)
    op.create_index(
        "ix_messages_unread",
        "messages",
        ["failed_reads", "sent_at", "id"],
        unique=False,
        postgresql_where=sa.text("extraction_run_id IS NULL AND read_at IS NULL AND is_latest AND failed_reads < 5"),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum("topic", "atom", name="kind", native_enum=False, length=20), nullable=False),
        sa.Column("extraction_run_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("identity_key", sa.String(length=64), nullable=False),
        sa.Column("icon", sa.Text(), nullable=True),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("keywords", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "atom_type",
            sa.Enum(
                "problem",
                "solution",
                "decision",
                "question",
                "insight",
                "pattern",
                "requirement",
                name="atomtype",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("meta", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "proposed_links", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("topic_entity_id", sa.Uuid(), nullable=True),
        sa.Column("topic_proposal_id", sa.Uuid(), nullable=True),
        sa.Column("topic_name", sa.Text(), nullable=True),
        sa.Column("topic_key", sa.Text(), nullable=True),
        sa.Column("stated_confidence", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("reasoning", sa.Text(), server_default="", nullable=False),
        sa.Column("source_message_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "llm_recommendation",
            sa.Enum("new", "merge", "reject", name="recommendation", native_enum=False, length=20),
            server_default="new",
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("pending", "approved", "rejected", "merged", name="proposalstatus", native_enum=False, length=20),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("reviewed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "review_action",
            sa.Enum(
                "approve",
                "reject",
                "merge",
                "edit",
                "expired",
                "reverted",
                name="reviewaction",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("review_notes", sa.Text(), nullable=True),
        sa.Column("created_entity_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into_entity_id", sa.Uuid(), nullable=True),
        sa.Column("auto_approved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("auto_reverted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "dedup_state",
            sa.Enum("unchecked", "clear", "duplicate", "error", name="dedupstate", native_enum=False, length=20),
            server_default="unchecked",
            nullable=False,
        ),
        sa.Column("dedup_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dedup_scorer", sa.Text(), nullable=True),
        sa.Column("similar_entity_id", sa.Uuid(), nullable=True),
        sa.Column("similar_proposal_id", sa.Uuid(), nullable=True),
        sa.Column("similarity_score", sa.Double(), nullable=True),
        sa.Column(
            "similarity_type",
            sa.Enum("exact", "fuzzy", "semantic", "update", name="similaritytype", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column("similarity_explanation", sa.Text(), nullable=True),
        sa.Column(
            "candidates", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'approved') = (created_entity_id IS NOT NULL)", name=op.f("ck_proposals_approved_has_entity")
        ),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into_entity_id IS NOT NULL)", name=op.f("ck_proposals_merged_has_target")
        ),
        sa.CheckConstraint("(status = 'pending') = (reviewed_at IS NULL)", name=op.f("ck_proposals_decided_has_date")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_proposals_confidence")),
        sa.CheckConstraint("similarity_score BETWEEN 0 AND 1", name=op.f("ck_proposals_similarity_score")),
        sa.CheckConstraint("stated_confidence BETWEEN 0 AND 1", name=op.f("ck_proposals_stated_confidence")),
        sa.ForeignKeyConstraint(["created_entity_id"], ["entities.id"], name=op.f("fk_proposals_created_entity_id")),
        sa.ForeignKeyConstraint(
            ["extraction_run_id"], ["extraction_runs.id"], name=op.f("fk_proposals_extraction_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_entity_id"], ["entities.id"], name=op.f("fk_proposals_merged_into_entity_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by_user_id"], ["users.id"], name=op.f("fk_proposals_proposed_by_user_id")),
        sa.ForeignKeyConstraint(["reviewed_by_user_id"], ["users.id"], name=op.f("fk_proposals_reviewed_by_user_id")),
        sa.ForeignKeyConstraint(["similar_entity_id"], ["entities.id"], name=op.f("fk_proposals_similar_entity_id")),
        sa.ForeignKeyConstraint(
            ["similar_proposal_id"], ["proposals.id"], name=op.f("fk_proposals_similar_proposal_id")
        ),
        sa.ForeignKeyConstraint(["topic_entity_id"], ["entities.id"], name=op.f("fk_proposals_topic_entity_id")),
        sa.ForeignKeyConstraint(["topic_proposal_id"], ["proposals.id"], name=op.f("fk_proposals_topic_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_created_entity_id"), "proposals", ["created_entity_id"], unique=False)
    op.create_index(op.f("ix_proposals_extraction_run_id"), "proposals", ["extraction_run_id"], unique=False)
    op.create_index(op.f("ix_proposals_merged_into_entity_id"), "proposals", ["merged_into_entity_id"], unique=False)
    op.create_index(
        "ix_proposals_pending_age",
        "proposals",
        ["kind", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_proposals_pending_confidence",
        "proposals",
        ["kind", "confidence", "created_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_proposals_pending_dedup",
        "proposals",
        ["dedup_state", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_proposals_pending_expiry",
        "proposals",
        ["refreshed_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_proposals_pending_key",
        "proposals",
        ["kind", "identity_key"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_proposals_pending_title",
        "proposals",
        ["kind", "title_key"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_proposals_pending_title_trgm",
        "proposals",
        ["title_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title_key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(op.f("ix_proposals_proposed_by_user_id"), "proposals", ["proposed_by_user_id"], unique=False)
    op.create_index(op.f("ix_proposals_reviewed_by_user_id"), "proposals", ["reviewed_by_user_id"], unique=False)
    op.create_index(op.f("ix_proposals_similar_entity_id"), "proposals", ["similar_entity_id"], unique=False)
    op.create_index(op.f("ix_proposals_similar_proposal_id"), "proposals", ["similar_proposal_id"], unique=False)
    op.create_index(op.f("ix_proposals_topic_entity_id"), "proposals", ["topic_entity_id"], unique=False)
    op.create_index(op.f("ix_proposals_topic_proposal_id"), "proposals", ["topic_proposal_id"], unique=False)
    op.create_table(
        "embeddings",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("kind", sa.Enum("topic", "atom", name="kind", native_enum=False, length=20), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", HALFVEC(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["proposals.id"], name=op.f("fk_embeddings_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "model", name=op.f("pk_embeddings")),
    )
    op.create_index("ix_embeddings_model_subject_id", "embeddings", ["model", "subject_id"], unique=False)
    op.create_table(
        "entity_revisions",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "change_type",
            sa.Enum(
                "created", "merged", "edited", "reverted", "restored", name="changetype", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("changed_by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source_proposal_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_user_id"], ["users.id"], name=op.f("fk_entity_revisions_changed_by_user_id")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_entity_revisions_entity_id")),
        sa.ForeignKeyConstraint(
            ["source_proposal_id"], ["proposals.id"], name=op.f("fk_entity_revisions_source_proposal_id")
        ),
        sa.PrimaryKeyConstraint("entity_id", "number", name=op.f("pk_entity_revisions")),
    )
    op.create_index(
        op.f("ix_entity_revisions_changed_by_user_id"), "entity_revisions", ["changed_by_user_id"], unique=False
    )
    op.create_index(
        op.f("ix_entity_revisions_source_proposal_id"), "entity_revisions", ["source_proposal_id"], unique=False
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("start_offset", sa.BigInteger(), nullable=True),
        sa.Column("end_offset", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_evidence_message_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_evidence_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_message_id"), "evidence", ["message_id"], unique=False)
    op.create_index("ix_evidence_proposal_id_position", "evidence", ["proposal_id", "position"], unique=False)
    op.execute("INSERT INTO users (id, name, kind) VALUES (1, 'system', 'system')")
    _create_tally_triggers()


def downgrade() -> None:
    op.execute("DROP FUNCTION tally_proposals CASCADE")
    op.drop_index("ix_evidence_proposal_id_position", table_name="evidence")
    op.drop_index(op.f("ix_evidence_message_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_entity_revisions_source_proposal_id"), table_name="entity_revisions")
    op.drop_index(op.f("ix_entity_revisions_changed_by_user_id"), table_name="entity_revisions")
    op.drop_table("entity_revisions")
    op.drop_index("ix_embeddings_model_subject_id", table_name="embeddings")
    op.drop_table("embeddings")
    op.drop_index(op.f("ix_proposals_topic_proposal_id"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_topic_entity_id"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_similar_proposal_id"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_similar_entity_id"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_reviewed_by_user_id"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_proposed_by_user_id"), table_name="proposals")
    op.drop_index(
        "ix_proposals_pending_title_trgm",
        table_name="proposals",
        postgresql_using="gin",
        postgresql_ops={"title_key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_index("ix_proposals_pending_title", table_name="proposals", postgresql_where=sa.text("status = 'pending'"))
    op.drop_index("ix_proposals_pending_key", table_name="proposals", postgresql_where=sa.text("status = 'pending'"))
    op.drop_index("ix_proposals_pending_expiry", table_name="proposals", postgresql_where=sa.text("status = 'pending'"))
    op.drop_index("ix_proposals_pending_dedup", table_name="proposals", postgresql_where=sa.text("status = 'pending'"))
    op.drop_index(
        "ix_proposals_pending_confidence", table_name="proposals", postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_index("ix_proposals_pending_age", table_name="proposals", postgresql_where=sa.text("status = 'pending'"))
    op.drop_index(op.f("ix_proposals_merged_into_entity_id"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_extraction_run_id"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_created_entity_id"), table_name="proposals")
    op.drop_table("proposals")
    op.drop_index(
        "ix_messages_unread",
        table_name="messages",
        postgresql_where=sa.text("extraction_run_id IS NULL AND read_at IS NULL AND is_latest AND failed_reads < 5"),
    )
    op.drop_index(op.f("ix_messages_extraction_run_id"), table_name="messages")
    op.drop_index("ix_messages_channel_sent_at", table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_topic_atoms_atom_id"), table_name="topic_atoms")
    op.drop_table("topic_atoms")
    op.drop_index(op.f("ix_extraction_runs_triggered_by_user_id"), table_name="extraction_runs")
    op.drop_index("ix_extraction_runs_status_created_at", table_name="extraction_runs")
    op.drop_table("extraction_runs")
    op.drop_index(
        "ix_audit_log_unpublished",
        table_name="audit_log",
        postgresql_where=sa.text("channel IS NOT NULL AND published_at IS NULL"),
    )
    op.drop_index("ix_audit_log_subject_id_id", table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_actor_user_id"), table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index(op.f("ix_atom_links_to_id"), table_name="atom_links")
    op.drop_table("atom_links")
    op.drop_table("users")
    op.drop_table("proposal_tallies")
    op.drop_index("ix_job_runs_job_started_at", table_name="job_runs")
    op.drop_table("job_runs")
    op.drop_index("uq_entities_live_identity", table_name="entities", postgresql_where=sa.text("NOT archived"))
    op.drop_index(
        "ix_entities_live_title_trgm",
        table_name="entities",
        postgresql_using="gin",
        postgresql_ops={"title_key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("NOT archived"),
    )
    op.drop_index("ix_entities_live_title", table_name="entities", postgresql_where=sa.text("NOT archived"))
    op.drop_index("ix_entities_kind_created_at", table_name="entities")
    op.drop_table("entities")
