"""Every error as problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from assay.errors import AssayError

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """`detail` is one sentence for a person."""
    return JSONResponse(
        {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail},
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def install(app: FastAPI) -> None:
    """Answers every error of the app in this form."""

    @app.exception_handler(AssayError)
    async def of_ours(_request: Request, error: AssayError) -> JSONResponse:
        return problem(error.status, str(error))

    @app.exception_handler(HTTPException)
    async def of_routing(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, f"{error.detail}.", dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def of_input(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {first['msg']}.")

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    async def of_database(_request: Request, _error: Exception) -> JSONResponse:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer.")

    @app.exception_handler(Exception)
    async def of_nobody(request: Request, error: Exception) -> JSONResponse:
        log.error("request_failed", path=request.url.path, exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
