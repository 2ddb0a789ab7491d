"""Of an answer the answer is compared, without the question that it quotes: such vectors are made anew.

Revision: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("entities", "proposals"):
        op.execute(
            f"DELETE FROM embeddings v USING {table} t WHERE t.id = v.subject_id"
            " AND t.body LIKE 'Question: %' AND position(E'\\nAnswer: ' IN t.body) > 0"
        )


def downgrade() -> None:
    """The vectors of both are made anew by the next scan."""
    upgrade()
