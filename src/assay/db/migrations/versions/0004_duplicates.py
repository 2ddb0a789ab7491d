"""What people said of pairs, and vectors that need not be made again.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pair_verdicts",
        sa.Column("kind", sa.Enum("topic", "atom", name="kind", native_enum=False, length=20), nullable=False),
        sa.Column("first_hash", sa.String(length=64), nullable=False),
        sa.Column("second_hash", sa.String(length=64), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("first_title", "first_body", "second_title", "second_body")
        ),
        sa.Column("decided_by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.CheckConstraint("first_hash <= second_hash", name=op.f("ck_pair_verdicts_in_order")),
        sa.ForeignKeyConstraint(["decided_by_user_id"], ["users.id"], name=op.f("fk_pair_verdicts_decided_by_user_id")),
        sa.PrimaryKeyConstraint("kind", "first_hash", "second_hash", name=op.f("pk_pair_verdicts")),
    )
    op.create_index(op.f("ix_pair_verdicts_decided_by_user_id"), "pair_verdicts", ["decided_by_user_id"])
    op.create_table(
        "cached_vectors",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", HALFVEC(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("model", "text_hash", name=op.f("pk_cached_vectors")),
    )
    op.create_index("ix_cached_vectors_used_at", "cached_vectors", ["used_at"])


def downgrade() -> None:
    op.drop_table("cached_vectors")
    op.drop_table("pair_verdicts")
