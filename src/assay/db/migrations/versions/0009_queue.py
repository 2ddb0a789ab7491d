"""The words of each proposal, kept beside them, so that a list can be looked through for words; the trail by actor.

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WORDS = "to_tsvector('english'::regconfig, (title || ' '::text) || \"left\"(body, 100000))"
PENDING = sa.text("status = 'pending'")


UNDECIDED = sa.text("reviewed_at IS NULL")


def _index_words(what: str, where: sa.TextClause) -> None:
    op.create_index(
        "ix_proposals_pending_words",
        "proposals",
        [sa.text(what)],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=where,
    )


def upgrade() -> None:
    op.drop_index("ix_proposals_pending_words", table_name="proposals")
    op.add_column("proposals", sa.Column("words", TSVECTOR, sa.Computed(WORDS, persisted=True), nullable=True))
    op.execute("ALTER TABLE proposals ALTER words SET STATISTICS 500")  # a rare word is to be known for one
    _index_words("words", UNDECIDED)
    op.create_index("ix_audit_log_actor_user_id_id", "audit_log", ["actor_user_id", "id"])
    op.drop_index("ix_audit_log_actor_user_id", table_name="audit_log")


def downgrade() -> None:
    op.create_index("ix_audit_log_actor_user_id", "audit_log", ["actor_user_id"])
    op.drop_index("ix_audit_log_actor_user_id_id", table_name="audit_log")
    op.drop_index("ix_proposals_pending_words", table_name="proposals")
    op.drop_column("proposals", "words")
    _index_words(WORDS, PENDING)
