"""What the machine approved is looked at again when its talk goes on, and an edited claim is its editor's.

Revision: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

EDITOR = (
    ("edited_by_user_id", sa.BigInteger(), "users"),
    ("edited_by_token_id", sa.Uuid(), "api_tokens"),
)
INDEX = "ix_proposals_contradicted"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "changed_talks",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("changed_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("looked_up_to", sa.Uuid(), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("source", "channel", name="pk_changed_talks"),
    )
    op.create_index("ix_changed_talks_order", "changed_talks", ["failures", "changed_at"])
    for name, column_type, target in EDITOR:
        op.add_column("proposals", sa.Column(name, column_type, nullable=True))
        op.create_foreign_key(f"fk_proposals_{name}_{target}", "proposals", target, [name], ["id"])
    op.create_index(
        INDEX,
        "proposals",
        ["proposed_links"],
        postgresql_using="gin",
        postgresql_ops={"proposed_links": "jsonb_path_ops"},
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("""proposed_links @> '[{"link_type": "contradicts"}]'"""),
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="proposals")
    for name, _, _ in EDITOR:
        op.drop_column("proposals", name)
    op.drop_table("changed_talks")
