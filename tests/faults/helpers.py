"""The command line as real processes in data folders of their own."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

from assay.runtime.process import wait_for

OURS = ("ASSAY_HOME", "DATABASE_URL", "NATS_URL")
ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"http://(\S+)")
PIPE_BYTES = 2**20
"""Nobody reads what a worker logs until it has ended: at the usual 64 KB it would stand still in the middle."""
OUR_PREFIXES = ("KNOWLEDGE_", "JOBS_", "PROBE_")


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith(OUR_PREFIXES)}
    return {**kept, "ASSAY_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


def start(home: Path, *words: str, module: str = "assay", **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=PIPE_BYTES,
        text=True,
        env=environment(home, **more),
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    """Waits for its end; what it said and how it ended."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def assay(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return finish(start(home, *words, **more))


def demo(home: Path, **more: str) -> dict[str, Any]:
    """The document of a demo that goes well."""
    ended = assay(home, "demo", "--once", "--json", **more)
    assert ended.returncode == 0, ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout)
    return document


def processes_of(home: Path) -> list[str]:
    """Command lines of the living processes that were started for this data folder."""
    found = []
    mark = f"ASSAY_HOME={home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            named = mark in (folder / "environ").read_bytes().split(b"\0") or str(home) in command
        except OSError:
            continue
        if named and command:
            found.append(command)
    return found


def none_left(home: Path) -> bool:
    return wait_for(lambda: not processes_of(home), PATIENCE)


async def address_of(process: subprocess.Popen[str]) -> str:
    """Where a web app answers, as it says when it is ready."""
    assert process.stdout
    assert process.stderr
    while line := await asyncio.to_thread(process.stdout.readline):
        if found := ADDRESS.search(line):
            return found[1]
    raise AssertionError(process.stderr.read())
