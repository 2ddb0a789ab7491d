"""Schedulers are told, by NOTIFY, of what may let a job start: a request, the end of a run, a pause that ends.

Revision: 0015
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TELL = """
CREATE FUNCTION tell_schedulers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY jobs;
    RETURN NULL;
END $$
"""
TRIGGERS = {
    "job_requests": "AFTER INSERT ON job_requests FOR EACH STATEMENT",
    "job_runs": "AFTER UPDATE ON job_runs FOR EACH ROW WHEN (OLD.state = 'running' AND NEW.state <> 'running')",
    "job_controls": "AFTER UPDATE ON job_controls FOR EACH ROW WHEN (OLD.paused_at IS DISTINCT FROM NEW.paused_at)",
}


def upgrade() -> None:
    op.execute(TELL)
    for when in TRIGGERS.values():
        op.execute(f"CREATE TRIGGER tell_schedulers {when} EXECUTE FUNCTION tell_schedulers()")


def downgrade() -> None:
    for table in TRIGGERS:
        op.execute(f"DROP TRIGGER tell_schedulers ON {table}")
    op.execute("DROP FUNCTION tell_schedulers")
