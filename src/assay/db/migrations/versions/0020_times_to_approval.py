"""What the system approved lately is found by an index.

Revision: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_proposals_auto_approved",
        "proposals",
        ["reviewed_at"],
        postgresql_where=sa.text("auto_approved AND status = 'approved'"),
    )


def downgrade() -> None:
    op.drop_index("ix_proposals_auto_approved", table_name="proposals")
