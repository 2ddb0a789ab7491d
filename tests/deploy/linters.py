"""The programs that check the files of deploy/. `make deploy` fetches them; without one its tests are skipped."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FETCHED = ROOT / "build" / "linters"


def program(name: str) -> str:
    """The path of a linter. Skips the test where there is none."""
    found: str | None = shutil.which(name, path=f"{FETCHED}:{FETCHED / 'wheels' / 'bin'}") or shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} here: make deploy fetches it")
    return found


def said(command: Sequence[str | Path], **rest: Any) -> str:
    """What a linter says of what is right. Fails with its words where something is not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **rest)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text())
