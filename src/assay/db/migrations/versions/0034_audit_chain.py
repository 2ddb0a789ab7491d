"""The trail as a chain: each entry is bound to all before.

Revision: 0034
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NOTE = """
CREATE FUNCTION note_unchained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unchained (entry_ids)
    SELECT ids FROM (SELECT array_agg(id) AS ids FROM added) each WHERE ids IS NOT NULL;
    RETURN NULL;
END $$
"""
AT_ONCE = 10_000


def upgrade() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_chain")),
    )
    op.create_index(op.f("ix_audit_chain_entry_id"), "audit_chain", ["entry_id"])
    op.create_table(
        "audit_unchained",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entry_ids", ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_unchained")),
    )
    op.execute(NOTE)
    op.execute(
        "CREATE TRIGGER note_unchained AFTER INSERT ON audit_log REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_unchained()"
    )
    op.execute(  # what is there is chained as what is new is, a portion at a time
        "INSERT INTO audit_unchained (entry_ids) SELECT array_agg(id ORDER BY id) FROM ("
        f"SELECT id, (row_number() OVER (ORDER BY id) - 1) / {AT_ONCE} AS portion FROM audit_log) each "
        "GROUP BY portion ORDER BY portion"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER note_unchained ON audit_log")
    op.execute("DROP FUNCTION note_unchained")
    op.drop_table("audit_unchained")
    op.drop_table("audit_chain")
