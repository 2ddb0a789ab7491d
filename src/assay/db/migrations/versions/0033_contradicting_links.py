"""What contradicts what is found at once, however many links there are.

Revision: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_atom_links_contradicting",
        "atom_links",
        ["from_id", "to_id"],
        postgresql_where=sa.text("link_type = 'contradicts'"),
    )


def downgrade() -> None:
    op.drop_index("ix_atom_links_contradicting", table_name="atom_links")
