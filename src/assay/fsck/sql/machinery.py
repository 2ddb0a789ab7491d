"""Of jobs, events and settings: what began ends, and what was announced has its number."""

from typing import Final

from assay.fsck.invariant import Invariant

_ENDED: Final = "('ok', 'failed', 'timeout', 'interrupted', 'lost', 'skipped')"

MACHINERY: Final = (
    Invariant(
        "announced",
        "Each change that is announced waits for its number or has one.",
        """SELECT a.id, a.action || ' is on no list' AS why FROM audit_log a
        WHERE a.channel IS NOT NULL AND a.id > coalesce((SELECT min(entry_id) FROM outbox), 0)
            AND NOT EXISTS (SELECT FROM outbox o WHERE o.entry_id = a.id)""",
        """INSERT INTO outbox (entry_id) SELECT a.id FROM audit_log a
        WHERE a.channel IS NOT NULL AND a.id > coalesce((SELECT min(entry_id) FROM outbox), 0)
            AND NOT EXISTS (SELECT FROM outbox o WHERE o.entry_id = a.id) RETURNING entry_id""",
    ),
    Invariant(
        "events-of-trail",
        "Every numbered event is a change in the trail.",
        """SELECT entry_id AS id, 'event ' || coalesce(sequence::text, 'without a number') AS why FROM outbox o
        WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.id = o.entry_id AND a.channel IS NOT NULL)""",
    ),
    Invariant(
        "numbers-without-gap",
        "The numbers of the events that are kept have no gap.",
        """SELECT sequence AS id, 'after it comes ' || next AS why
        FROM (SELECT sequence, lead(sequence) OVER (ORDER BY sequence) AS next FROM outbox
            WHERE sequence IS NOT NULL) numbered
        WHERE next <> sequence + 1""",
    ),
    Invariant(
        "run-of-job-ends",
        "A job run has an end time exactly when it has ended.",
        f"""SELECT id, job || ' is ' || state AS why FROM job_runs
        WHERE (state IN {_ENDED}) <> (finished_at IS NOT NULL)""",
    ),
    Invariant(
        "run-of-job-begins",
        "A job run that is under way or has ended has a start time.",
        """SELECT id, job || ' is ' || state AS why FROM job_runs
        WHERE started_at IS NULL AND state IN ('running', 'ok', 'failed', 'timeout')""",
    ),
    Invariant(
        "items-counted",
        "A job run has no more failed items than attempted ones.",
        """SELECT id, job || ': ' || failed || ' of ' || attempted AS why FROM job_runs
        WHERE failed > attempted OR failed < 0""",
    ),
    Invariant(
        "one-run-at-a-time",
        "A job has at most one run under way.",
        """SELECT job AS id, count(*) || ' are running' AS why FROM job_runs WHERE state = 'running'
        GROUP BY job HAVING count(*) > 1""",
    ),
    Invariant(
        "run-alive",
        "A job run that is under way has given a sign of life in the last ten minutes.",
        """SELECT id, job || ' was last seen at ' || to_char(heartbeat_at, 'YYYY-MM-DD HH24:MI') AS why
        FROM job_runs WHERE state = 'running' AND heartbeat_at < now() - interval '10 minutes'""",
    ),
    Invariant(
        "one-model-serves",
        "Where vectors are stored, exactly one model serves.",
        """SELECT 'embedding_models' AS id, count(*) FILTER (WHERE state = 'serving') || ' serve' AS why
        FROM embedding_models HAVING count(*) > 0 AND count(*) FILTER (WHERE state = 'serving') <> 1""",
    ),
    Invariant(
        "policy-in-versions",
        "The versions of the policy are numbered without a gap.",
        """SELECT max(version) AS id, count(*) || ' versions up to ' || max(version) AS why
        FROM policy_versions HAVING count(*) <> max(version)""",
    ),
)
