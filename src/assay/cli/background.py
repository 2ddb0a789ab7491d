"""Running commands behind one that ends."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from assay import settings as configuration
from assay.cli.listener import PREFERRED_PORT, is_free
from assay.cli.output import errors
from assay.errors import Unavailable
from assay.runtime.files import make_folder, open_private
from assay.runtime.services import running

START_SECONDS: Final = 180


def ensure_running(port: int | None = None) -> str | None:
    """Starts Assay in the background unless it runs, and says where it answers. None on servers of one's own.

    `port`: where it is to answer if it does not run yet; else the preferred one, or any where that is taken.

    Raises Unavailable with the last words of a start that failed.
    """
    settings = configuration.load()
    if settings.database_url and settings.nats_url:
        return None
    if address := _address(settings.assay_home):
        return address
    log = settings.assay_home / "assay.log"
    process = _start(log, "up", "--port", str(_port() if port is None else port))
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if address := _address(settings.assay_home):
            return address
        time.sleep(0.05)
    raise Unavailable(f"Assay did not start: {_last_words(log)}")


def go_on_in_background(command: str) -> Path:
    """Starts a command that outlives this one. Returns the file that it writes to."""
    log = configuration.load().assay_home / f"{command}.log"
    _start(log, command)
    return log


def _port() -> int:
    """The preferred one, or any where somebody has that, which is said."""
    if is_free(PREFERRED_PORT):
        return PREFERRED_PORT
    errors.print(f"Port {PREFERRED_PORT} is taken by another program: Assay takes a free one.", soft_wrap=True)
    return 0


def _address(home: Path) -> str | None:
    state = running(home)
    return state.web_url if state else None


def _start(log: Path, *words: str) -> subprocess.Popen[bytes]:
    make_folder(log.parent)
    with open_private(log, append=True) as output:
        return subprocess.Popen(
            [sys.executable, "-m", "assay", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing."
