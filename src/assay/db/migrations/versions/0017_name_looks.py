"""No two users have names that look alike.

Of those that do already the oldest keeps the look; nobody else can take it.

Revision: 0017
"""

import sqlalchemy as sa
from alembic import op

from assay.text.names import strict_skeleton

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("look", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_users_look"), "users", ["look"])
    looks: dict[str, int] = {}
    for user in op.get_bind().execute(sa.text("SELECT id, name FROM users ORDER BY created_at, id")):
        looks.setdefault(strict_skeleton(user.name), user.id)
    if looks:
        op.get_bind().execute(
            sa.text("""
            UPDATE users u SET look = g.look
            FROM unnest(CAST(:ids AS bigint[]), CAST(:looks AS text[])) AS g (id, look) WHERE u.id = g.id"""),
            {"ids": list(looks.values()), "looks": list(looks)},
        )


def downgrade() -> None:
    op.drop_column("users", "look")
