"""What is looked up by its words has an index that begins with them: whatever the planner believes, no other serves.

Besides: the topics that were merged away by their names, and the end of a topic's list.

Revision: 0018
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LIVE: Final = "NOT archived"
PENDING: Final = "status = 'pending'"
BY_WORDS: Final = (
    ("uq_entities_live_identity", "entities", "identity_key", LIVE),
    ("ix_entities_live_title", "entities", "title_key", LIVE),
    ("ix_proposals_pending_key", "proposals", "identity_key", PENDING),
    ("ix_proposals_pending_title", "proposals", "title_key", PENDING),
)


def upgrade() -> None:
    for name, table, words, condition in BY_WORDS:
        _make_anew(name, table, [words, "kind"], condition)
    merged = sa.text("merged_into_entity_id IS NOT NULL")
    op.create_index("ix_entities_merged_title", "entities", ["title_key", "kind"], postgresql_where=merged)
    op.create_index("ix_topic_atoms_topic_id_position", "topic_atoms", ["topic_id", "position"])


def downgrade() -> None:
    op.drop_index("ix_topic_atoms_topic_id_position", "topic_atoms")
    op.drop_index("ix_entities_merged_title", "entities")
    for name, table, words, condition in BY_WORDS:
        _make_anew(name, table, ["kind", words], condition)


def _make_anew(name: str, table: str, columns: list[str], condition: str) -> None:
    op.drop_index(name, table)
    op.create_index(name, table, columns, unique=name.startswith("uq_"), postgresql_where=sa.text(condition))
