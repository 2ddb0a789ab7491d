"""What runs on this machine, and stopping it. Imports little, for these commands must answer at once."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Final

from assay import settings as configuration
from assay.cli.output import Json, print_json, say
from assay.errors import AssayError
from assay.runtime.services import RunningState, in_use, lives, running
from assay.settings import Settings

STOP_SECONDS: Final = 60


def down(*, json: Json = False) -> None:
    """Stop a running Assay, and wait until its data folder may be copied. Nothing is lost."""
    stopped = _stop(configuration.load().assay_home)
    if json:
        print_json({"stopped": stopped})
    else:
        say("Assay has stopped." if stopped else _not_running(configuration.load()))


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


def status(*, json: Json = False) -> None:
    """Say what is running."""
    settings = configuration.load()
    state = running(settings.assay_home)
    if json:
        print_json(_document(settings, state))
        return
    if state is None:
        say(_not_running(settings))
        return
    say(f"Assay is running since {state.started_at:%Y-%m-%d %H:%M} UTC (process {state.owner_pid}).")
    say(f"  web app   {state.web_url or 'not started'}")
    for name, number in state.versions.items():
        say(f"  {name:9} {number}")
    say(f"  data      {settings.assay_home}")


def _not_running(settings: Settings) -> str:
    if settings.database_url and settings.nats_url:
        return "On servers of your own `assay up` is known to nobody else: ask its /healthz, and stop it with Ctrl-C."
    return "Assay is not running. Start it with: assay up"


def _document(settings: Settings, state: RunningState | None) -> dict[str, object]:
    return {
        "running": state is not None,
        "home": settings.assay_home,
        "web_url": state and state.web_url,
        "pid": state and state.owner_pid,
        "started_at": state and state.started_at,
        "versions": state.versions if state else {},
    }
