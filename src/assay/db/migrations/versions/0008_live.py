"""The outbox: which entries of the audit log are announced, and in which order they were.

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("sequence IS NULL")
UNPUBLISHED = sa.text("channel IS NOT NULL AND published_at IS NULL")

FILL = """
CREATE FUNCTION fill_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (entry_id) SELECT id FROM added WHERE channel IS NOT NULL;
    IF FOUND THEN NOTIFY outbox; END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("sequence", name=op.f("uq_outbox_sequence")),
    )
    op.create_index("ix_outbox_waiting", "outbox", ["entry_id"], postgresql_where=WAITING)
    op.create_index(op.f("ix_outbox_published_at"), "outbox", ["published_at"])
    op.execute(
        "INSERT INTO outbox SELECT id, row_number() OVER (ORDER BY id), now() FROM audit_log WHERE channel IS NOT NULL"
    )
    op.execute(FILL)
    op.execute(
        "CREATE TRIGGER fill_outbox AFTER INSERT ON audit_log REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION fill_outbox()"
    )
    op.drop_index("ix_audit_log_unpublished", table_name="audit_log", postgresql_where=UNPUBLISHED)
    op.drop_column("audit_log", "published_at")


def downgrade() -> None:
    op.add_column("audit_log", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_audit_log_unpublished", "audit_log", ["id"], postgresql_where=UNPUBLISHED)
    op.execute("DROP TRIGGER fill_outbox ON audit_log")
    op.execute("DROP FUNCTION fill_outbox")
    op.drop_table("outbox")
