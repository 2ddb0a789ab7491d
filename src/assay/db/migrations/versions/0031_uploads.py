"""Exports that are uploaded, and which messages came in with them.

Revision: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COUNTS = ("received", "messages_done", "added", "edited", "unchanged", "erased", "left_out", "attempts")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("preview", postgresql.JSONB(), nullable=True),
        sa.Column("messages_total", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False) for name in COUNTS),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_via", sa.String(20), nullable=False),
        sa.Column("created_by_token_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.ForeignKeyConstraint(["created_by_user_id"], ["users.id"], name="fk_imports_created_by_user_id_users"),
        sa.ForeignKeyConstraint(
            ["created_by_token_id"], ["api_tokens.id"], name="fk_imports_created_by_token_id_api_tokens"
        ),
    )
    unfinished = sa.text("state NOT IN ('completed', 'cancelled')")
    op.create_index("ix_imports_open", "imports", ["state", "id"], postgresql_where=unfinished)
    op.create_index("ix_imports_created_by_user_id", "imports", ["created_by_user_id"])
    op.add_column("messages", sa.Column("import_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_messages_import_id", "messages", ["import_id"], postgresql_where=sa.text("import_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_messages_import_id", table_name="messages")
    op.drop_column("messages", "import_id")
    op.drop_table("imports")
