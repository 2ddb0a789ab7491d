"""What runs on this machine. Imports little, for it must answer at once."""

from assay import settings as configuration
from assay.cli.output import Json, print_json, say
from assay.runtime.services import RunningState, running
from assay.settings import Settings


def status(*, json: Json = False) -> None:
    """Say what is running."""
    settings = configuration.load()
    state = running(settings.assay_home)
    if json:
        print_json(_document(settings, state))
        return
    if state is None:
        say(not_running(settings))
        return
    say(f"Assay has been running since {state.started_at:%Y-%m-%d %H:%M} UTC (process {state.owner_pid}).")
    say(f"  web app   {state.web_url or 'not started'}")
    for name, number in state.versions.items():
        say(f"  {name:9} {number}")
    say(f"  data      {settings.assay_home}")


def not_running(settings: Settings) -> str:
    """What to tell somebody who looks for an Assay that is not there."""
    if settings.database_url and settings.nats_url:
        return "With your own servers, only `assay up` knows whether it runs: ask its /healthz; stop it with Ctrl-C."
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
