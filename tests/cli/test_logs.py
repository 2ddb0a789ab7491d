"""A log file in the data folder is of bounded size, whatever writes to it."""

import subprocess
import sys

import pytest
import structlog
from tests.patience import PATIENCE

from assay.cli.logs import OncePerMinute

NOISY = """
import sys
from pathlib import Path
import structlog
from assay.cli import logs
from assay.runtime import files
from assay.settings import Settings
files.MAX_LOG_BYTES = 5_000
home = Path(sys.argv[1])
logs.log_as_server(Settings(assay_home=home))
for number in range(300):
    structlog.get_logger().info("line", number=number)
"""


def test_a_log_file_begins_anew_before_it_grows_too_large(tmp_path):
    log = tmp_path / "assay.log"
    with log.open("ab") as output:
        subprocess.run([sys.executable, "-c", NOISY, str(tmp_path)], stderr=output, check=True, timeout=PATIENCE)
    kept = tmp_path / "assay.log.1"
    assert max(log.stat().st_size, kept.stat().st_size) < 6_000
    assert kept.stat().st_mode & 0o777 == 0o600
    last = log.read_text() or kept.read_text()
    assert "number=299" in last
    assert not log.read_bytes().startswith(b"\0")


def test_a_file_elsewhere_is_looked_after_by_whoever_made_it(tmp_path):
    log = tmp_path / "elsewhere.log"
    (tmp_path / "home").mkdir()
    with log.open("ab") as output:
        subprocess.run(
            [sys.executable, "-c", NOISY, str(tmp_path / "home")], stderr=output, check=True, timeout=PATIENCE
        )
    assert len(log.read_text().splitlines()) == 300


def test_a_warning_that_says_the_same_again_waits_for_its_minute_and_counts():
    now = 0.0
    lines = OncePerMinute(lambda: now)
    away = {"event": "interrupted", "error": "connection refused"}
    assert lines(None, "warning", away) == away
    now = 59.0
    for _ in range(59):
        with pytest.raises(structlog.DropEvent):
            lines(None, "warning", away)
    assert lines(None, "warning", away | {"error": "no route"}) == away | {"error": "no route"}
    now = 60.0
    assert lines(None, "warning", away) == away | {"repeated": 59}


def test_what_is_no_warning_is_said_each_time():
    lines = OncePerMinute()
    assert [lines(None, "info", {"event": "beat"}) for _ in range(2)] == [{"event": "beat"}] * 2
