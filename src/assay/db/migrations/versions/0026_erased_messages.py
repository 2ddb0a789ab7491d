"""What was erased is remembered by a digest, so that no second import brings it back.

Revision: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("erased_messages", sa.Column("digest", sa.LargeBinary(), primary_key=True))


def downgrade() -> None:
    op.drop_table("erased_messages")
