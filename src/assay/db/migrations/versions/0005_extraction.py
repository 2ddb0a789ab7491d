"""What read a message is on record with it; a run counts what it dropped; threads are found by their name.

Revision: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE messages ADD read_by text, ADD read_prompt text")
    op.execute("ALTER TABLE extraction_runs ADD dropped jsonb NOT NULL DEFAULT '{}'")
    op.execute("""
        UPDATE messages SET read_by = run.extractor, read_prompt = run.prompt_version
        FROM extraction_runs run WHERE run.id = extraction_run_id AND read_at IS NOT NULL""")
    op.execute("""
        CREATE INDEX ix_messages_thread_sent_at ON messages (source, channel, thread, sent_at)
        WHERE thread IS NOT NULL""")


def downgrade() -> None:
    op.execute("DROP INDEX ix_messages_thread_sent_at")
    op.execute("ALTER TABLE extraction_runs DROP dropped")
    op.execute("ALTER TABLE messages DROP read_by, DROP read_prompt")
