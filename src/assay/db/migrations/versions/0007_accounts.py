"""Accounts: roles, passwords, sessions, tokens, rate limits, idempotency keys; and the indexes of the lists.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PENDING = sa.text("status = 'pending'")
NEEDS_ATTENTION = sa.text("status = 'pending' AND failures >= 5")
WORDS = sa.text("to_tsvector('english'::regconfig, (title || ' '::text) || \"left\"(body, 100000))")
FACETS = ("dedup_state", "extraction_run_id", "source", "channel", "atom_type")


def upgrade() -> None:
    _users()
    _credentials()
    _requests()
    _places()
    _lists()


def _users() -> None:
    role = sa.Enum("viewer", "reviewer", "admin", name="role", native_enum=False, length=20)
    op.add_column("users", sa.Column("role", role, nullable=True))
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("oidc_subject", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_users_oidc_subject"), "users", ["oidc_subject"])


def _of_user(table: str, *, primary: bool = False) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("user_id", sa.BigInteger(), nullable=False, primary_key=primary),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id")),
    ]


def _moment(name: str, *, nullable: bool = False, default: bool = False) -> sa.Column[object]:
    now = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=now)


def _credentials() -> None:
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        *_of_user("sessions"),
        _moment("created_at", default=True),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_sessions")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        *_of_user("sign_in_links"),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_sign_in_links")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_of_user("api_tokens"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        _moment("created_at", default=True),
        _moment("expires_at", nullable=True),
        _moment("last_used_at", nullable=True),
        _moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_tokens_secret_hash")),
    )
    for table in ("sessions", "sign_in_links", "api_tokens"):
        op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])


def _requests() -> None:
    op.create_table(
        "rate_limits",
        sa.Column("key", sa.Text(), nullable=False),
        _moment("free_at"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limits")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_rate_limits_free_at"), "rate_limits", ["free_at"])
    op.create_table(
        "idempotency_keys",
        *_of_user("idempotency_keys"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        _moment("created_at", default=True),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"])


def _places() -> None:
    """Where a proposal was said first."""
    op.add_column("proposals", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("proposals", sa.Column("channel", sa.Text(), nullable=True))
    op.execute("""
        UPDATE proposals p SET source = m.source, channel = m.channel
        FROM messages m WHERE m.id = coalesce(
            (SELECT e.message_id FROM evidence e WHERE e.proposal_id = p.id ORDER BY e.position LIMIT 1),
            p.source_message_ids[1])""")


def _lists() -> None:
    """One index for each filter and sort of the queue, so that a page of it is a stretch of an index."""
    op.create_index("ix_proposals_status_age", "proposals", ["kind", "status", "created_at", "id"])
    op.create_index("ix_proposals_status_confidence", "proposals", ["kind", "status", "confidence", "id"])
    for facet in FACETS:
        for order, column in (("age", "created_at"), ("confidence", "confidence")):
            op.create_index(
                f"ix_proposals_pending_{facet}_{order}",
                "proposals",
                ["kind", facet, column, "id"],
                postgresql_where=PENDING,
            )
    op.create_index(
        "ix_proposals_attention_age",
        "proposals",
        ["kind", "created_at", "id"],
        postgresql_where=NEEDS_ATTENTION,
    )
    op.create_index(
        "ix_proposals_attention_confidence",
        "proposals",
        ["kind", "confidence", "id"],
        postgresql_where=NEEDS_ATTENTION,
    )
    op.create_index(
        "ix_proposals_pending_words",
        "proposals",
        [WORDS],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=PENDING,
    )
    op.create_index(
        "ix_entities_live_words",
        "entities",
        [WORDS],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("NOT archived"),
    )
    op.create_index("ix_entities_kind_updated_at", "entities", ["kind", "updated_at", "id"])
    op.create_index("ix_messages_sent_at", "messages", ["sent_at", "id"])
    op.create_index("ix_audit_log_action_id", "audit_log", ["action", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_log_action_id", table_name="audit_log")
    op.drop_index("ix_messages_sent_at", table_name="messages")
    op.drop_index("ix_entities_kind_updated_at", table_name="entities")
    op.drop_index("ix_entities_live_words", table_name="entities")
    op.drop_index("ix_proposals_pending_words", table_name="proposals")
    op.drop_index("ix_proposals_attention_confidence", table_name="proposals")
    op.drop_index("ix_proposals_attention_age", table_name="proposals")
    for facet in FACETS:
        op.drop_index(f"ix_proposals_pending_{facet}_confidence", table_name="proposals")
        op.drop_index(f"ix_proposals_pending_{facet}_age", table_name="proposals")
    op.drop_index("ix_proposals_status_confidence", table_name="proposals")
    op.drop_index("ix_proposals_status_age", table_name="proposals")
    op.drop_column("proposals", "channel")
    op.drop_column("proposals", "source")
    for table in ("idempotency_keys", "rate_limits", "api_tokens", "sign_in_links", "sessions"):
        op.drop_table(table)
    op.drop_constraint(op.f("uq_users_oidc_subject"), "users")
    for column in ("disabled_at", "oidc_subject", "password_hash", "role"):
        op.drop_column("users", column)
