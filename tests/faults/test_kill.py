"""kill -9 at any moment of the demo, then again: it continues, nothing twice, nothing lost."""

import random
import signal
import time

import psycopg
from tests.faults import helpers

from assay.runtime.supervisor import Supervisor

COUNTED = ("messages", "runs", "proposals", "duplicates", "approved", "pending", "held")
WRONG = {
    "a message twice": "SELECT external_id FROM messages GROUP BY source, external_id HAVING count(*) > 1",
    "an unread message": "SELECT id FROM messages WHERE read_at IS NULL",
    "a proposal twice": "SELECT identity_key FROM proposals GROUP BY extraction_run_id, kind, identity_key "
    "HAVING count(*) > 1",
    "a proposal that no event announced once": "SELECT p.id FROM proposals p LEFT JOIN audit_log a "
    "ON a.subject_id = p.id AND a.action = 'proposal.created' GROUP BY p.id HAVING count(a.id) <> 1",
    "an entity not approved once": "SELECT e.id FROM entities e LEFT JOIN audit_log a ON a.subject_id = e.id "
    "AND a.action IN ('proposal.approved', 'proposal.auto_approved') GROUP BY e.id HAVING count(a.id) <> 1",
    "an entity without its proposal": "SELECT e.id FROM entities e LEFT JOIN proposals p ON p.created_entity_id = e.id "
    "WHERE p.status IS DISTINCT FROM 'approved'",
    "an entity without its revision": "SELECT e.id FROM entities e LEFT JOIN entity_revisions r "
    "ON r.entity_id = e.id AND r.number = e.revision WHERE r.entity_id IS NULL",
    "two entities that say the same": "SELECT kind FROM entities WHERE NOT archived GROUP BY kind, identity_key "
    "HAVING count(*) > 1",
    "an extraction that never ended": "SELECT id FROM extraction_runs WHERE status IN ('pending', 'running')",
    "a job that never ended": "SELECT id FROM job_runs WHERE state IN ('queued', 'running')",
    "a tally that is not the truth": "SELECT kind FROM (SELECT kind, status, count(*) AS number FROM proposals "
    "GROUP BY 1, 2 UNION ALL SELECT kind, status, -sum(proposals) FROM proposal_tallies GROUP BY 1, 2) AS both_counts "
    "GROUP BY kind, status HAVING sum(number) <> 0",
}


def counts(document):
    return {name: document[name] for name in COUNTED}


def found_wrong(home) -> dict[str, int]:
    supervisor = Supervisor(home)
    try:
        with psycopg.connect(supervisor.start().database_url) as connection:
            found = {name: len(connection.execute(query.encode()).fetchall()) for name, query in WRONG.items()}
    finally:
        supervisor.stop()
    return {name: number for name, number in found.items() if number}


def test_a_demo_that_was_killed_again_and_again_ends_as_if_it_had_not_been(demo, tmp_path):
    home, killed = tmp_path / "home", 0
    for words in ("Starting the servers", "Week 1:", "Week 1:", "Week 2:"):
        process = helpers.start(home, "demo", "--once", FORCE_COLOR="1")
        _await_words(process, words)
        time.sleep(random.uniform(0, 0.3))
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        assert process.returncode in {0, -signal.SIGKILL}  # it may have been quicker
        assert helpers.none_left(home), helpers.processes_of(home)
    assert killed > 1
    assert counts(helpers.demo(home)) == counts(demo.document)
    assert found_wrong(home) == {}
    assert counts(helpers.demo(home)) == counts(demo.document)  # the same demo twice adds nothing
    assert found_wrong(home) == {}
    assert helpers.none_left(home), helpers.processes_of(home)


def _await_words(process, words: str) -> None:
    """Returns as soon as the demo shows these words. A demo that is past them ends at once, and that is fine."""
    seen = ""
    while words not in seen and (more := process.stderr.read(1)):
        seen += more
