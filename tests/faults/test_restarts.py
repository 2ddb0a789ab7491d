"""Everything dies at once, servers too, and comes back: what was due is done, and not before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.faults import helpers, probe_jobs
from tests.patience import PATIENCE

from assay.runtime.process import wait_for
from assay.runtime.services import running

AWAITS_RETRY = "SELECT FROM job_runs WHERE job = %s AND state = 'queued' AND kicked_at IS NOT NULL AND attempt = 2"
LINES = """
    SELECT state, attempt, coalesce(started_at >= due_at, true) FROM job_runs WHERE job = %s
    ORDER BY attempt, delivery"""
PAUSES = """
    SELECT extract(epoch FROM later.started_at - earlier.finished_at) FROM job_runs earlier
    JOIN job_runs later ON later.job = earlier.job AND later.attempt = earlier.attempt + 1
    WHERE earlier.job = %s ORDER BY later.attempt"""


def test_a_retry_survives_the_death_of_everything(tmp_path):
    _die_before_the_retry(tmp_path, "failing_once")
    with _everything(tmp_path) as connection:
        wanted = [("failed", 1, True), ("ok", 2, True)]
        assert wait_for(lambda: connection.execute(LINES, ["failing_once"]).fetchall() == wanted, PATIENCE)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("job", probe_jobs.EXACT)
def test_the_pauses_of_the_contract_in_real_time_through_the_death_of_everything(tmp_path, job):
    pauses = probe_jobs.EXACT[job]
    _die_before_the_retry(tmp_path, job)
    with _everything(tmp_path) as connection:
        wanted = [("failed", attempt, True) for attempt in range(1, len(pauses) + 2)]
        assert wait_for(lambda: connection.execute(LINES, [job]).fetchall() == wanted, sum(pauses) + 120)
        found = [float(each) for (each,) in connection.execute(PAUSES, [job])]
    print(job, found)
    assert [exact <= pause for exact, pause in zip(pauses, found, strict=True)] == [True] * len(pauses)
    undisturbed = list(zip(pauses, found, strict=True))[1:]
    assert [pause < 1.02 * exact + 2 for exact, pause in undisturbed] == [True] * len(undisturbed)


def _die_before_the_retry(folder: Path, job: str) -> None:
    with _everything(folder) as connection:
        connection.execute(probe_jobs.TABLE)
        connection.execute("INSERT INTO job_requests (job) VALUES (%s)", [job])
        assert wait_for(lambda: connection.execute(AWAITS_RETRY, [job]).fetchone() is not None, PATIENCE)


@contextmanager
def _everything(folder: Path) -> Iterator[psycopg.Connection]:
    """Servers, web app, worker and scheduler in one process, which is killed at the end of the block."""
    home = folder / "home"
    process = helpers.start(home, "up", "--port", "0", module="tests.faults.probe_jobs")
    try:
        assert wait_for(lambda: running(home) is not None or process.poll() is not None, PATIENCE)
        state = running(home)
        assert state, process.communicate()
        assert wait_for(lambda: (found := running(home)) is not None and found.web_url is not None, PATIENCE)
        with psycopg.connect(state.database_url or "", autocommit=True) as connection:
            yield connection
    finally:
        process.kill()
        process.communicate()
    assert helpers.none_left(home), helpers.processes_of(home)
