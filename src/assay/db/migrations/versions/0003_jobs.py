"""The queue of jobs: what was asked for, by whom, who works on it, and what died.

Revision: 0003
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _moment(name: str, *, default: bool = False) -> sa.Column[datetime]:
    server_default = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not default, server_default=server_default)


def upgrade() -> None:
    _extend_history()
    op.create_table(
        "job_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        _moment("requested_at", default=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_requests")),
    )
    op.create_index("ix_job_requests_job", "job_requests", ["job"])
    op.create_table(
        "job_controls",
        sa.Column("job", sa.Text(), nullable=False),
        _moment("scheduled_since", default=True),
        _moment("paused_at"),
        sa.Column("paused_by_user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["paused_by_user_id"], ["users.id"], name=op.f("fk_job_controls_paused_by_user_id")),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_controls")),
    )
    op.create_table(
        "job_processes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        _moment("started_at", default=True),
        _moment("seen_at", default=True),
        sa.PrimaryKeyConstraint("name", "role", name=op.f("pk_job_processes")),
    )
    _create_dead_letters()


def _extend_history() -> None:
    """What was written before has started, was kicked by nobody, and is each a task of its own."""
    op.add_column(
        "job_runs", sa.Column("task_id", sa.Text(), server_default=sa.text("gen_random_uuid()::text"), nullable=False)
    )
    op.add_column("job_runs", sa.Column("delivery", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("job_runs", _moment("queued_at", default=True))
    for name in ("tick", "due_at", "kicked_at", "heartbeat_at"):
        op.add_column("job_runs", _moment(name))
    op.execute("UPDATE job_runs SET queued_at = started_at")
    op.alter_column("job_runs", "worker", nullable=True)
    op.alter_column("job_runs", "started_at", nullable=True, server_default=None)
    op.create_index("uq_job_runs_task_id_attempt_delivery", "job_runs", ["task_id", "attempt", "delivery"], unique=True)
    op.create_index(
        "uq_job_runs_job_tick",
        "job_runs",
        ["job", "tick"],
        unique=True,
        postgresql_where=sa.text("tick IS NOT NULL AND attempt = 1 AND delivery = 1"),
    )
    op.create_index(
        "ix_job_runs_open", "job_runs", ["job", "state"], postgresql_where=sa.text("state IN ('queued', 'running')")
    )


def _create_dead_letters() -> None:
    op.create_table(
        "job_dead_letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        _moment("at", default=True),
        _moment("replayed_at"),
        sa.Column("replayed_by_user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["replayed_by_user_id"], ["users.id"], name=op.f("fk_job_dead_letters_replayed_by_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_dead_letters")),
    )
    op.create_index("uq_job_dead_letters_source", "job_dead_letters", ["source"], unique=True)
    op.create_index("ix_job_dead_letters_at", "job_dead_letters", ["at"])


def downgrade() -> None:
    """What never started has no place in the older table."""
    for table in ("job_dead_letters", "job_processes", "job_controls", "job_requests"):
        op.drop_table(table)
    op.execute("DELETE FROM job_runs WHERE started_at IS NULL OR worker IS NULL")
    for index in ("ix_job_runs_open", "uq_job_runs_job_tick", "uq_job_runs_task_id_attempt_delivery"):
        op.drop_index(index, table_name="job_runs")
    op.alter_column("job_runs", "started_at", nullable=False, server_default=sa.text("now()"))
    op.alter_column("job_runs", "worker", nullable=False)
    for name in ("task_id", "delivery", "queued_at", "tick", "due_at", "kicked_at", "heartbeat_at"):
        op.drop_column("job_runs", name)
