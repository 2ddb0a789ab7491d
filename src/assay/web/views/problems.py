"""Errors as they look from outside (RFC 9457), over HTTP and at the command line alike."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic_core import to_jsonable_python

MAX_DETAIL: Final = 2_000


def problem_document(status: int, detail: str, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`detail` is one sentence for a person; `facts` are for programs."""
    words = detail.encode("utf-8", "replace").decode()[:MAX_DETAIL]
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": words}
    return {**document, **to_jsonable_python(facts or {})}
