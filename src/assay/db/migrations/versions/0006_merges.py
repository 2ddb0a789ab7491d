"""What merges moved, models of the vectors, and pairs of approved duplicates.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KIND = sa.Enum("topic", "atom", name="kind", native_enum=False, length=20)
SIMILARITY = sa.Enum("exact", "fuzzy", "semantic", "update", name="similaritytype", native_enum=False, length=20)
NOTHING_MOVED = sa.text("""'{"filings": [], "links": []}'""")

MERGES_OF_BEFORE = """
    INSERT INTO merges (kind, source_id, of_entity, target_id, brought, merged_by_user_id, merged_at)
    SELECT p.kind, p.id, false, p.merged_into_entity_id, jsonb_build_object(
            'filings', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'topic_id', topic, 'atom_id', p.merged_into_entity_id, 'own', true)), '[]')
                FROM jsonb_array_elements_text(a.inverse -> 'topics') AS topic),
            'links', (SELECT coalesce(jsonb_agg(link || '{"own": true}'), '[]')
                FROM jsonb_array_elements(a.inverse -> 'links') AS link)),
        p.reviewed_by_user_id, p.reviewed_at
    FROM proposals p CROSS JOIN LATERAL (
        SELECT id, inverse FROM audit_log WHERE subject_id = p.id AND inverse ->> 'act' = 'merge'
        ORDER BY id DESC LIMIT 1) AS a
    WHERE p.status = 'merged' ORDER BY a.id"""
MODEL_OF_BEFORE = """
    INSERT INTO embedding_models (model, state)
    SELECT model, 'serving' FROM embeddings GROUP BY model ORDER BY count(*) DESC LIMIT 1"""


def upgrade() -> None:
    op.add_column("entities", sa.Column("merged_into_entity_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_entities_merged_into_entity_id"), "entities", "entities", ["merged_into_entity_id"], ["id"]
    )
    op.create_index(op.f("ix_entities_merged_into_entity_id"), "entities", ["merged_into_entity_id"])
    op.create_check_constraint(
        op.f("ck_entities_merged_is_archived"), "entities", "archived OR merged_into_entity_id IS NULL"
    )
    _create_merges()
    _create_embedding_models()
    _create_pairs()
    op.execute(MERGES_OF_BEFORE)
    op.execute(MODEL_OF_BEFORE)


def _create_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("of_entity", sa.Boolean(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("changed", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("brought", postgresql.JSONB(astext_type=sa.Text()), server_default=NOTHING_MOVED, nullable=False),
        sa.Column("removed", postgresql.JSONB(astext_type=sa.Text()), server_default=NOTHING_MOVED, nullable=False),
        sa.Column("repointed", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("merged_by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_merges_not_into_itself")),
        sa.ForeignKeyConstraint(["source_id"], ["proposals.id"], name=op.f("fk_merges_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["entities.id"], name=op.f("fk_merges_target_id")),
        sa.ForeignKeyConstraint(["merged_by_user_id"], ["users.id"], name=op.f("fk_merges_merged_by_user_id")),
        sa.ForeignKeyConstraint(["undone_by_user_id"], ["users.id"], name=op.f("fk_merges_undone_by_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    in_force = sa.text("undone_at IS NULL")
    op.create_index("uq_merges_source_in_force", "merges", ["source_id"], unique=True, postgresql_where=in_force)
    op.create_index("ix_merges_target_in_force", "merges", ["target_id"], postgresql_where=in_force)
    op.create_index(op.f("ix_merges_source_id"), "merges", ["source_id"])
    op.create_index(op.f("ix_merges_target_id"), "merges", ["target_id"])
    op.create_index(op.f("ix_merges_merged_by_user_id"), "merges", ["merged_by_user_id"])
    op.create_index(op.f("ix_merges_undone_by_user_id"), "merges", ["undone_by_user_id"])


def _create_embedding_models() -> None:
    state = sa.Enum("building", "serving", "retired", name="modelstate", native_enum=False, length=20)
    op.create_table(
        "embedding_models",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("switched_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_embedding_models")),
    )
    op.create_index(
        "uq_embedding_models_serving",
        "embedding_models",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'serving'"),
    )


def _create_pairs() -> None:
    op.create_table(
        "entity_pairs",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("type", SIMILARITY, nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("scorer", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_entity_pairs_in_order")),
        sa.ForeignKeyConstraint(["first_id"], ["entities.id"], name=op.f("fk_entity_pairs_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["entities.id"], name=op.f("fk_entity_pairs_second_id")),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_entity_pairs")),
    )
    op.create_index(op.f("ix_entity_pairs_second_id"), "entity_pairs", ["second_id"])
    op.create_table(
        "entity_scans",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("scorer", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_entity_scans_entity_id")),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_entity_scans")),
    )


def downgrade() -> None:
    for table in ("entity_scans", "entity_pairs", "embedding_models", "merges"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_entities_merged_is_archived"), "entities")
    op.drop_index(op.f("ix_entities_merged_into_entity_id"), table_name="entities")
    op.drop_constraint(op.f("fk_entities_merged_into_entity_id"), "entities")
    op.drop_column("entities", "merged_into_entity_id")
