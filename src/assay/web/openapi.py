"""The description of the API in the OpenAPI format, as a client made from it needs it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from assay.web import frames
from assay.web.auth import HOST_COOKIE, Open, permissions
from assay.web.errors import SHAPES
from assay.web.models import Problem

BY_TOKEN = {"type": "http", "scheme": "bearer", "description": "A key: assay_..."}
BY_COOKIE = {"type": "apiKey", "in": "cookie", "name": HOST_COOKIE}


def describe(app: FastAPI) -> None:
    """Gives the app its document, made once: errors as they are, and who may ask what."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI offers


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    shapes: list[type[Problem]] = [Problem, *SHAPES.values()]
    for shape in shapes:
        schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {}) | {shape.__name__: schema}
    schemas |= frames.schemas()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {"token": BY_TOKEN, "session": BY_COOKIE}
    declared = permissions(app)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _secure(operation, declared.get(f"{method.upper()} {path}", []))
    return document


def _secure(operation: dict[str, Any], declared: list[Any]) -> None:
    """Says of an operation which right it takes."""
    for permission in declared:
        operation["x-permission"] = str(permission)
        if permission is not Open.EVERYBODY:
            operation["security"] = [{"token": []}, {"session": []}]
        if permission is Open.MONITOR:
            operation["security"].append({})
