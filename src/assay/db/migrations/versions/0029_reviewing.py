"""How people share the work of reviewing: snoozes, soft claims, saved views, what they saw, and bulk decisions.

Revision: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SNOOZED = "status = 'pending' AND snoozed_until IS NOT NULL"


def upgrade() -> None:
    op.add_column("proposals", sa.Column("snoozed_until", MOMENT, nullable=True))
    op.create_index(
        "ix_proposals_snoozed", "proposals", ["kind", "snoozed_until", "id"], postgresql_where=sa.text(SNOOZED)
    )
    op.create_table(
        "review_claims",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        _of("review_claims", "proposal_id", "proposals"),
        _of("review_claims", "user_id", "users"),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_review_claims"),
    )
    op.create_index("ix_review_claims_expires_at", "review_claims", ["expires_at"])
    op.create_index("ix_review_claims_user_id", "review_claims", ["user_id"])
    op.create_table(
        "seen_versions",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        _of("seen_versions", "user_id", "users"),
        _of("seen_versions", "proposal_id", "proposals"),
        sa.PrimaryKeyConstraint("user_id", "proposal_id", name="pk_seen_versions"),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        _of("saved_views", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_views_user_id_name"),
    )
    op.create_table(
        "bulk_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("proposal_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("done_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("refusals", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        _of("bulk_decisions", "user_id", "users"),
        _of("bulk_decisions", "undoes_id", "bulk_decisions"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_decisions"),
    )
    op.create_index("ix_bulk_decisions_user_id_created_at", "bulk_decisions", ["user_id", "created_at"])


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")


def downgrade() -> None:
    for table in ("bulk_decisions", "saved_views", "seen_versions", "review_claims"):
        op.drop_table(table)
    op.drop_index("ix_proposals_snoozed", table_name="proposals")
    op.drop_column("proposals", "snoozed_until")
