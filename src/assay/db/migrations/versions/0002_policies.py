"""The versions of the policy, and what is sent to the outside about failures.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOTIFICATIONS = sa.text("channel = 'system_notifications'")
DUE = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("author_user_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["author_user_id"], ["users.id"], name=op.f("fk_policy_versions_author_user_id")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_versions")),
    )
    op.create_index(op.f("ix_policy_versions_author_user_id"), "policy_versions", ["author_user_id"])
    op.create_table(
        "alert_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("complaint", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("pending", "sent", "muted", "given_up", name="deliverystate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        _moment("due_at"),
        sa.Column("error", sa.Text(), nullable=True),
        _moment("created_at"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit_log.id"], name=op.f("fk_alert_deliveries_audit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_deliveries")),
        sa.UniqueConstraint("audit_id", "receiver", name=op.f("uq_alert_deliveries_audit_id_receiver")),
    )
    op.create_index("ix_alert_deliveries_due", "alert_deliveries", ["receiver", "due_at"], postgresql_where=DUE)
    op.create_index("ix_alert_deliveries_told", "alert_deliveries", ["receiver", "subject", "created_at"])
    op.create_index("ix_audit_log_notifications", "audit_log", ["at"], postgresql_where=NOTIFICATIONS)


def downgrade() -> None:
    op.drop_index("ix_audit_log_notifications", table_name="audit_log", postgresql_where=NOTIFICATIONS)
    op.drop_table("alert_deliveries")
    op.drop_table("policy_versions")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
