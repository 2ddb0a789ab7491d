"""How a page of a list is asked for, and versions that a client has read."""

from typing import Annotated, Final

from fastapi import Header, Query, Response

from assay.web.models import RequestModel
from assay.web.views.paging import CURSOR, MAX_CURSOR

MAX_PAGE: Final = 500
ETAG: Final = r'^(\*|"[0-9]{1,18}")$'

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many at most.")]
After = Annotated[str | None, Query(max_length=MAX_CURSOR, pattern=CURSOR, description="`next` of the page before.")]


class ListQuery(RequestModel):
    """How much of a list is asked for."""

    limit: Limit = 50


class PageQuery(ListQuery):
    """Which page of a list is asked for."""

    after: After = None


IfMatch = Annotated[
    str | None,
    Header(pattern=ETAG, description="The ETag that was read: the change is refused with 412 where it is another now."),
]


def version_read(if_match: str | None) -> int | None:
    """The version that a client has read, if it says so."""
    return int(if_match.strip('"')) if if_match and if_match != "*" else None


def with_version(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'
