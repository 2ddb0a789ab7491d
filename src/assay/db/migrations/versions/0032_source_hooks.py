"""Chat programs that send what is said into a source.

Revision: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_hooks",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_source_hooks"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_source_hooks_source_id_sources"),
        sa.ForeignKeyConstraint(["created_by_user_id"], ["users.id"], name="fk_source_hooks_created_by_user_id_users"),
    )
    op.create_index("ix_source_hooks_created_by_user_id", "source_hooks", ["created_by_user_id"])


def downgrade() -> None:
    op.drop_table("source_hooks")
