"""A proposal says what its evidence does not say, and how its words stand in their talk.

Revision: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "proposals",
        sa.Column("unsupported", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    for name in ("standing", "standing_because"):
        op.add_column("proposals", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("proposals", sa.Column("standing_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("standing_at", "standing_because", "standing", "unsupported"):
        op.drop_column("proposals", name)
