"""Which pending proposals say something else about a given one is looked up by an index.

Revision: 0021
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

UPDATED: Final = (
    """jsonb_path_query_array(candidates, '$[*] ? (@."type" == "update" && @."dismissed" == false)."id"'::jsonpath)"""
)


def upgrade() -> None:
    op.create_index(
        "ix_proposals_pending_updates",
        "proposals",
        [sa.text(f"({UPDATED})")],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_proposals_pending_updates", table_name="proposals")
