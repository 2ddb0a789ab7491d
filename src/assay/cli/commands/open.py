"""Signing in to the web app from the terminal."""

from typing import Annotated

from cyclopts import Parameter

from assay import settings as configuration
from assay.cli.first_admin import link_for_operator, open_in_browser
from assay.cli.output import Json, print_json, say
from assay.cli.session import with_database
from assay.errors import InvalidInput, Unavailable
from assay.runtime.services import running

ADDRESS_HELP = "The address of the web app; needed unless `assay up` runs on this data directory."


def open_(*, address: Annotated[str | None, Parameter(help=ADDRESS_HELP)] = None, json: Json = False) -> None:
    """Sign in to the web app: make a link that does so once, within ten minutes, and open it in a browser."""
    sign_in((address or _running()).rstrip("/"), json=json)


def sign_in(address: str, *, json: bool = False) -> None:
    """Prints the link that signs the person at this terminal in, and opens it where there is a screen."""
    link = with_database(lambda database: link_for_operator(database, address))
    if json:
        print_json({"link": link})
        return
    say(f"Sign-in link (one use, valid 10 minutes): {link}")
    open_in_browser(link)


def _running() -> str:
    """Raises Unavailable where nothing runs, InvalidInput where what runs cannot be known."""
    settings = configuration.load()
    state = running(settings.assay_home)
    if state and state.web_url:
        return state.web_url
    if settings.database_url and settings.nats_url:
        raise InvalidInput("With your own servers, give the address of the web app: assay open --address https://...")
    raise Unavailable("Assay is not running. Start it with: assay up")
