"""Stopping what runs on this machine. Imports little, for it must answer at once."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Final

from assay import settings as configuration
from assay.cli.commands.status import not_running
from assay.cli.output import Json, print_json, say
from assay.errors import AssayError
from assay.runtime.services import RunningState, in_use, lives, running

STOP_SECONDS: Final = 60


def down(*, json: Json = False) -> None:
    """Stop a running Assay, and wait until its data folder may be copied. Nothing is lost."""
    stopped = _stop(configuration.load().assay_home)
    if json:
        print_json({"stopped": stopped})
    else:
        say("Assay has stopped." if stopped else not_running(configuration.load()))


def _stop(home: Path) -> bool:
    """Whether anything ran. Also where somebody else stops it already. Raises AssayError when it does not end."""
    told: dict[int, RunningState] = {}
    deadline = time.monotonic() + STOP_SECONDS
    while in_use(home) or any(map(lives, told.values())):
        if (state := running(home)) and state.owner_pid not in told:
            told[state.owner_pid] = state  # once: at the second signal it would no longer wait for its jobs
            with contextlib.suppress(ProcessLookupError):
                os.kill(state.owner_pid, signal.SIGTERM)
        if time.monotonic() > deadline:
            who = " and ".join(f"process {each}" for each in told) or "the command that uses it"
            raise AssayError(f"The data folder {home} is still in use after {STOP_SECONDS} seconds: end {who}.")
        time.sleep(0.05)
    return bool(told)
