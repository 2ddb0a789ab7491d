"""Whether somebody writes under a name is one step into an index, however much they wrote.

Revision: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

NAMES = {"ix_messages_name": "lower(author)", "ix_messages_first_name": "lower(split_part(author, ' ', 1))"}


def upgrade() -> None:
    for name, expression in NAMES.items():
        op.create_index(name, "messages", [sa.text(expression), sa.text("(is_bot::int)")])
    op.drop_index("ix_messages_author", table_name="messages")


def downgrade() -> None:
    op.create_index("ix_messages_author", "messages", [sa.text("lower(split_part(author, ' ', 1))")])
    for name in NAMES:
        op.drop_index(name, table_name="messages")
