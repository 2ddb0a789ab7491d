"""Pages of a list, each with a cursor to the next; and versions that a client has read."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Header, Query, Response
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import to_json

from assay.errors import InvalidInput
from assay.web.models import Answer, Asked

Item = TypeVar("Item")
Place = TypeVar("Place")

LARGEST_PAGE: Final = 500
CURSOR: Final = r"^[A-Za-z0-9_=-]+$"
ETAG: Final = r'^(\*|"[0-9]{1,18}")$'

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many at most.")]
After = Annotated[str | None, Query(max_length=500, pattern=CURSOR, description="`next` of the page before.")]


class ListQuery(Asked):
    """How much of a list is asked for."""

    limit: Limit = 50


class PageQuery(ListQuery):
    """Which page of a list is asked for."""

    after: After = None


IfMatch = Annotated[
    str | None,
    Header(pattern=ETAG, description="The ETag that was read: the change is refused with 412 where it is another now."),
]


class PageOf(Answer, Generic[Item]):
    """A page. `next` is the cursor to the page after it; null on the last one, and only there: a page may hold less
    than was asked for, or nothing, and have a next one."""

    model_config = ConfigDict(from_attributes=True)

    items: list[Item]
    next: str | None


def cursor(place: Sequence[Any] | None, of: str) -> str | None:
    """The place as a client hands it back. `of`: the list and its order."""
    return urlsafe_b64encode(to_json([of, *place])).decode() if place else None


def place(cursor: str | None, of: str, shape: type[Place]) -> Place | None:
    """The place of a cursor. Raises InvalidInput for one that we never gave, or gave for another list or order."""
    if cursor is None:
        return None
    try:
        belongs_to, *values = json.loads(urlsafe_b64decode(cursor))
        if belongs_to == of:
            return TypeAdapter(shape).validate_python(tuple(values))
    except (ValueError, TypeError, ValidationError):
        pass
    raise InvalidInput("This cursor is none of ours, or belongs to another order of the list.")


def version_read(if_match: str | None) -> int | None:
    """The version that a client has read, if it says so."""
    return int(if_match.strip('"')) if if_match and if_match != "*" else None


def with_version(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'
