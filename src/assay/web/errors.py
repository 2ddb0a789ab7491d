"""Every error as problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assay.db import troubles
from assay.db.engine import took_too_long
from assay.errors import AssayError, TooMany, Unauthenticated
from assay.web.middleware import RETRY_SECONDS, TOO_LARGE
from assay.web.models import ConflictProblem, Problem, StaleProblem
from assay.web.state import SAFE_METHODS, WebState
from assay.web.views.problems import problem_document

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
SHAPES: Final[Mapping[int, type[Problem]]] = {409: ConflictProblem, 412: StaleProblem}
"""Of the errors that say more than a sentence."""
TOO_LARGE_A_CHANGE: Final = "It took too long and was given up: nothing was changed. Change less at once, or try again."


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, facts: dict[str, Any] | None = None
) -> JSONResponse:
    """`detail` is one sentence for a person; `facts` are for programs."""
    document = problem_document(status, detail, facts)
    return JSONResponse(document, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _unavailable(
    request: Request, sentence: str, reason: str | None = None, facts: dict[str, Any] | None = None
) -> JSONResponse:
    """`reason`: what the log and the operators are told, where that is more."""
    web: WebState = request.app.state.assay
    if sentence != troubles.HELD:  # nobody need do anything about it
        web.refusals.note(reason or sentence)
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, sentence, {"Retry-After": str(RETRY_SECONDS)}, facts)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How errors of these statuses stand in the OpenAPI document."""
    return {each: {"description": HTTPStatus(each).phrase, "content": _content(each)} for each in sorted(statuses)}


def _content(status: int) -> dict[str, Any]:
    return {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{SHAPES.get(status, Problem).__name__}"}}}


ALWAYS: Final = documented(400, 401, 403, 408, 409, 413, 422, 429, 503)
"""What any request to the API may be answered."""


class AsProblem:
    """Gives this form to what middleware refuses in plain text: an unknown host, a body that is too large."""

    def __init__(self, app: ASGIApp, sentences: Mapping[int, str]) -> None:
        """`sentences`: what to say, by status."""
        self.app = app
        self.sentences = sentences

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def send_problem(message: Message) -> None:
            nonlocal refused
            if message["type"].endswith("http.response.start") and _is_plain_refusal(message):
                refused, status = True, message["status"]
                sentence = self.sentences.get(status, f"{HTTPStatus(status).phrase}.")
                await problem(status, sentence)(scope, receive, send)
            elif not refused:
                await send(message)

        await self.app(scope, receive, send_problem)


def _is_plain_refusal(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] >= HTTPStatus.BAD_REQUEST and kind.startswith("text/plain")


def allowed(request: Request) -> str:
    """The methods that a path knows, of whichever routes."""
    routes = [each for each in iter_route_contexts(request.app.routes) if each.matches(request.scope)[0] != Match.NONE]
    return ", ".join(sorted({method for route in routes for method in route.methods or ()}))


def _told(request: Request, error: Exception, home: Path | None) -> str:
    if took_too_long(error) and request.method not in SAFE_METHODS:
        return TOO_LARGE_A_CHANGE
    return troubles.for_everybody(error, home)


def install(app: FastAPI) -> None:
    """Answers every error of the app in this form."""

    @app.exception_handler(AssayError)
    async def of_ours(request: Request, error: AssayError) -> JSONResponse:
        headers = {}
        if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return _unavailable(request, str(error), facts=error.facts)
        if isinstance(error, TooMany):
            headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, Unauthenticated):
            headers["WWW-Authenticate"] = "Bearer"
        return problem(error.status, str(error), headers, error.facts)

    @app.exception_handler(HTTPException)
    async def of_routing(request: Request, error: HTTPException) -> JSONResponse:
        too_large = error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        more = {"Allow": allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else {}
        sentence = TOO_LARGE if too_large else f"{error.detail}."
        return problem(error.status_code, sentence, {**(error.headers or {}), **more})

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(WebSocketRequestValidationError)
    async def of_input(
        _connection: HTTPConnection, error: RequestValidationError | WebSocketRequestValidationError
    ) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {first['msg']}.")

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(InternalError)
    @app.exception_handler(ProgrammingError)
    @app.exception_handler(NoFreeConnection)
    async def of_database(request: Request, error: Exception) -> JSONResponse:
        if not troubles.is_trouble(error):
            return await of_nobody(request, error)
        web: WebState = request.app.state.assay
        reason = troubles.explained(error, web.settings.own_database)
        return _unavailable(request, _told(request, error, web.settings.own_database), reason)

    @app.exception_handler(Exception)
    async def of_nobody(request: Request, error: Exception) -> JSONResponse:
        log.error("request_failed", path=request.url.path, exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
