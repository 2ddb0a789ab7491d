"""What a whole Assay costs the machine while nothing happens."""

import subprocess
import time
from pathlib import Path

import pytest
from tests.faults import helpers

SETTLED_SECONDS = 20
SECONDS = 20
MAX_WAKE_UPS = 15
"""A second, of the process itself and of PostgreSQL; there were 85 while they polled. The ticker of NATS is its own."""


def tree(root: int) -> list[int]:
    children = [
        int(each) for task in Path(f"/proc/{root}/task").iterdir() for each in (task / "children").read_text().split()
    ]
    return [root, *(pid for child in children for pid in tree(child))]


def wake_ups(root: int) -> int:
    """How often the processes of a tree went to sleep by themselves."""
    total = 0
    for pid in tree(root):
        if b"nats-server" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            for task in Path(f"/proc/{pid}/task").iterdir():
                _, _, found = (task / "status").read_text().partition("\nvoluntary_ctxt_switches:")
                total += int(found.split()[0])
    return total


@pytest.mark.soak
def test_assay_at_rest_lets_the_processor_sleep(tmp_path):
    process: subprocess.Popen[str] = helpers.start(tmp_path / "home", "up", "--port", "0")
    try:
        assert process.stdout
        assert "running at" in process.stdout.readline()
        time.sleep(SETTLED_SECONDS)
        before = wake_ups(process.pid)
        time.sleep(SECONDS)
        assert (wake_ups(process.pid) - before) / SECONDS < MAX_WAKE_UPS
    finally:
        process.terminate()
        helpers.finish(process)
