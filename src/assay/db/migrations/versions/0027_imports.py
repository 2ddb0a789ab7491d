"""What exports say of a message besides its words: who by id, edits, other people's words, reactions, an address.

Revision: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("author_id", sa.Text))
    op.add_column("messages", sa.Column("edited_at", sa.DateTime(timezone=True)))
    op.add_column("messages", sa.Column("quoted", JSONB))
    op.add_column("messages", sa.Column("forwarded_from", sa.Text))
    op.add_column("messages", sa.Column("permalink", sa.Text))
    op.add_column("messages", sa.Column("reactions", JSONB))
    op.create_index(
        "ix_messages_author_id",
        "messages",
        ["source", "author_id", "ingested_at"],
        postgresql_where=sa.text("author_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_author_id", table_name="messages")
    for column in ("reactions", "permalink", "forwarded_from", "quoted", "edited_at", "author_id"):
        op.drop_column("messages", column)
