"""Who wrote a message into Assay, who proposed by which token, and who may write to which source.

Sources that there are stay trusted, and belong to whoever wrote to them first.

Revision: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from assay.db.base import new_id
from assay.text.names import strict_skeleton

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REFERENCES = {"written_by_user_id": "users", "written_by_token_id": "api_tokens"}
KNOWN = """
    SELECT known.source AS name, coalesce(first.actor_user_id, 1) AS owner_user_id,
        CASE WHEN u.kind IS NULL OR u.kind = 'system' OR u.name LIKE 'local:%' THEN 'import' ELSE 'api' END AS kind,
        coalesce(first.at, now()) AS created_at
    FROM (SELECT DISTINCT source FROM messages) AS known
    LEFT JOIN (
        SELECT DISTINCT ON (detail ->> 'source') detail ->> 'source' AS source, actor_user_id, at
        FROM audit_log WHERE action = 'messages.ingested' ORDER BY detail ->> 'source', id
    ) AS first ON first.source = known.source
    LEFT JOIN users u ON u.id = first.actor_user_id
    ORDER BY known.source"""


def upgrade() -> None:
    _sources()
    op.add_column("messages", sa.Column("written_by_user_id", sa.BigInteger(), nullable=True))
    via = sa.Enum("system", "command line", "session", "token", name="via", native_enum=False, length=20)
    op.add_column("messages", sa.Column("written_via", via, nullable=True))
    op.add_column("messages", sa.Column("written_by_token_id", sa.Uuid(), nullable=True))
    for column, table in REFERENCES.items():
        op.create_foreign_key(op.f(f"fk_messages_{column}"), "messages", table, [column], ["id"])
    op.add_column("proposals", sa.Column("proposed_by_token_id", sa.Uuid(), nullable=True))
    name = op.f("fk_proposals_proposed_by_token_id")
    op.create_foreign_key(name, "proposals", "api_tokens", ["proposed_by_token_id"], ["id"])


def _sources() -> None:
    made = op.create_table(
        "sources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("skeleton", sa.Text(), nullable=False),
        sa.Column("kind", sa.Enum("import", "api", name="sourcekind", native_enum=False, length=20), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger(), nullable=False),
        sa.Column("writers", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("trust", sa.Enum("trusted", "untrusted", name="trust", native_enum=False, length=20), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["owner_user_id"], ["users.id"], name=op.f("fk_sources_owner_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
    )
    for column in ("skeleton", "owner_user_id"):
        op.create_index(op.f(f"ix_sources_{column}"), "sources", [column])
    known = op.get_bind().execute(sa.text(KNOWN)).mappings().all()
    rows = [{**row, "id": new_id(), "skeleton": strict_skeleton(row["name"]), "trust": "trusted"} for row in known]
    op.bulk_insert(made, rows)


def downgrade() -> None:
    op.drop_column("proposals", "proposed_by_token_id")
    for column in ("written_by_token_id", "written_via", "written_by_user_id"):
        op.drop_column("messages", column)
    op.drop_table("sources")
