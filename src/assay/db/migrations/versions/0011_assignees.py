"""Who is to decide on a proposal.

Revision: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ASSIGNED = sa.text("status = 'pending' AND assignee_user_id IS NOT NULL")
ORDERS = {"age": "created_at", "confidence": "confidence"}


def upgrade() -> None:
    op.add_column("proposals", sa.Column("assignee_user_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_proposals_assignee_user_id"), "proposals", "users", ["assignee_user_id"], ["id"])
    for order, column in ORDERS.items():
        columns = ["kind", "assignee_user_id", column, "id"]
        op.create_index(f"ix_proposals_assigned_{order}", "proposals", columns, postgresql_where=ASSIGNED)


def downgrade() -> None:
    for order in ORDERS:
        op.drop_index(f"ix_proposals_assigned_{order}", table_name="proposals")
    op.drop_constraint(op.f("fk_proposals_assignee_user_id"), "proposals")
    op.drop_column("proposals", "assignee_user_id")
