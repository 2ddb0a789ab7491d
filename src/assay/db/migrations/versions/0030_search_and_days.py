"""Messages are searched by their words, and the figures of each day are kept.

Revision: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

WORDS = "to_tsvector('english'::regconfig, \"left\"(text, 100000))"


def upgrade() -> None:
    op.create_index(
        "ix_messages_words",
        "messages",
        [sa.text(WORDS)],
        postgresql_using="gin",
        postgresql_where=sa.text("is_latest"),
    )
    op.create_table(
        "metric_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_metric_days"),
    )


def downgrade() -> None:
    op.drop_table("metric_days")
    op.drop_index("ix_messages_words", table_name="messages")
