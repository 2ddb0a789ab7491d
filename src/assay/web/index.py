"""What a person sees who opens the address in a browser, and the link that signs them in."""

from functools import lru_cache
from html import escape
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic_core import to_json

from assay.accounts import sessions
from assay.accounts.oidc import is_configured
from assay.errors import Forbidden
from assay.web import pages
from assay.web.api.v1.session import let_in
from assay.web.auth import Open, allow, session_cookie
from assay.web.proxies import from_this_machine
from assay.web.state import Session, State

router = APIRouter(dependencies=[allow(Open.EVERYBODY)])

OPENAPI: Final = "/api/v1/openapi.json"
PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Assay</title>
<h1>Assay is running</h1>
<p>{who}</p>
<p>{missing}</p>
<p>Until then proposals are reviewed on the command line: <code>assay proposals list</code>.</p>
<p>This address answers programs:</p>
<ul>
<li><a href="/healthz">/healthz</a>: is the process alive</li>
<li><a href="/readyz">/readyz</a>: are database, broker and migrations as they must be</li>
<li><a href="/api/v1/jobs/health">/api/v1/jobs/health</a>: how the background jobs stand</li>
<li><a href="/api/v1/metrics/proposals">/api/v1/metrics/proposals</a>: the metrics document</li>
<li><a href="/api/v1/openapi.json">/api/v1/openapi.json</a>: all of it, for machines</li>
</ul>
</html>
"""
NOBODY: Final = "Nobody is signed in."
SIGN_IN: Final = ' <a href="/sign-in/oidc">Sign in</a>'
HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"}


@router.get("/", include_in_schema=False)
async def index(request: Request, session: Session, state: State) -> Response:
    """Leads to the page; where it is not built, says so and what else there is."""
    if pages.is_built():
        return RedirectResponse(pages.START, HTTPStatus.SEE_OTHER)
    cookie = session_cookie(request)
    found = await sessions.identify(session, cookie) if cookie else None
    who = f"You are signed in as {escape(found.actor.name)} ({found.role})." if found else NOBODY
    if not found and is_configured(state.settings):
        who += SIGN_IN
    return HTMLResponse(PAGE.format(who=who, missing=escape(pages.why_missing())), headers=HEADERS)


@router.get("/sign-in", include_in_schema=False)
async def sign_in_by_link(
    request: Request, session: Session, link: Annotated[str, Query(max_length=200)]
) -> RedirectResponse:
    """Signs in once, on the machine that Assay runs on, with a link that the command line made."""
    if not from_this_machine(request):
        raise Forbidden("This link works only on the machine that Assay runs on.")
    opened = await sessions.sign_in_by_link(session, link)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    await let_in(request, answer, session, opened)
    return answer


@router.get(OPENAPI, include_in_schema=False)
async def openapi(request: Request) -> Response:
    """The description of the API, for machines."""
    return Response(_description(request.app), media_type="application/json")


@lru_cache(maxsize=1)
def _description(app: FastAPI) -> bytes:
    """Made once: anybody may ask for it, and while it is made nobody else is answered."""
    return to_json(app.openapi())
