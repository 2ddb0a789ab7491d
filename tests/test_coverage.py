"""What `make test` and `make coverage` say about how much of the domain is tested."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "coverage.py"
LINES = {"executed_lines": [1, 2, 3], "missing_lines": [4]}
BRANCHES = {"executed_lines": [1, 2], "missing_lines": [], "executed_branches": [[1, 2]], "missing_branches": [[1, 3]]}


@pytest.fixture
def report(tmp_path):
    files = {"src/assay/review/policy.py": LINES, "src/assay/audit/actor.py": BRANCHES}
    (tmp_path / "report.json").write_text(json.dumps({"files": files}))
    return tmp_path / "report.json"


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, TOOL, *map(str, words)], capture_output=True, text=True)


def test_each_room_and_all_together_are_said(report):
    said = run(report)
    assert (said.returncode, said.stdout.split()) == (
        0,
        ["audit", "75.0", "%", "review", "75.0", "%", "together", "75.0", "%"],
    )


def test_a_room_that_lacks_tests_is_refused_with_what_lacks(report):
    said = run(report, 95)
    assert said.returncode == 1
    assert "review/policy.py: 4\n" in said.stdout
    assert "audit/actor.py: 1->3\n" in said.stdout
    assert said.stderr == "The tests walk through less than 95 % of: audit, review.\n"
