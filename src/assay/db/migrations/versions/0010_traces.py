"""A request for a job remembers the trace of what asked for it.

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_requests", sa.Column("trace", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("job_requests", "trace")
