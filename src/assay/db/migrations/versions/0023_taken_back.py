"""Approvals by the system that were taken back are found by an index.

Revision: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_proposals_auto_reverted": ("kind", "auto_reverted"),
    "ix_proposals_contradicting": ("id", """proposed_links @> '[{"link_type": "contradicts"}]'"""),
}


def upgrade() -> None:
    for name, (column, condition) in INDEXES.items():
        op.create_index(name, "proposals", [column], postgresql_where=sa.text(condition))


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="proposals")
