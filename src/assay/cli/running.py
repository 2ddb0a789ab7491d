"""What runs on this machine, and stopping it. Imports little, for these commands must answer at once."""

import contextlib
import os
import signal
import time
from typing import Final

from assay import settings as configuration
from assay.cli.output import Json, print_json, say
from assay.errors import AssayError
from assay.runtime.services import RunningState, running
from assay.settings import Settings

STOP_SECONDS: Final = 40


def down(*, json: Json = False) -> None:
    """Stop a running Assay. Nothing is lost: what was under way continues at the next start."""
    home = configuration.load().assay_home
    state = running(home)
    if state:
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.owner_pid, signal.SIGTERM)
        _await_end(state)
    if json:
        print_json({"stopped": state is not None})
    else:
        say("Assay has stopped." if state else _not_running(configuration.load()))


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


def _await_end(state: RunningState) -> None:
    home, deadline = configuration.load().assay_home, time.monotonic() + STOP_SECONDS
    while (found := running(home)) and found.owner_pid == state.owner_pid:
        if time.monotonic() > deadline:
            raise AssayError(f"Process {state.owner_pid} did not stop within {STOP_SECONDS} seconds.")
        time.sleep(0.05)
