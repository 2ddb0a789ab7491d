"""A kept answer remembers its ETag.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency_keys", sa.Column("etag", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("idempotency_keys", "etag")
