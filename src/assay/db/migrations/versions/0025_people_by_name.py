"""Whether somebody writes under a name is looked up by an index.

Revision: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_messages_author", "messages", [sa.text("lower(split_part(author, ' ', 1))")])


def downgrade() -> None:
    op.drop_index("ix_messages_author", table_name="messages")
