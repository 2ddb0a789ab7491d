"""A run says how much it attempted and how much of it failed; what failed and waits is found by an index.

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("attempted", "failed"):
        op.add_column("job_runs", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_messages_failing",
        "messages",
        ["id"],
        postgresql_where=sa.text("failed_reads > 0 AND read_at IS NULL AND is_latest"),
    )
    op.create_index(
        "ix_proposals_failing",
        "proposals",
        ["id"],
        postgresql_where=sa.text("failures > 0 AND status = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index("ix_proposals_failing", table_name="proposals")
    op.drop_index("ix_messages_failing", table_name="messages")
    for name in ("failed", "attempted"):
        op.drop_column("job_runs", name)
