"""Pages of a list, each with a cursor to the next."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from assay.errors import InvalidInput
from assay.web.models import MAX_ID, ResponseModel

Item = TypeVar("Item")
Place = TypeVar("Place")
Row = TypeVar("Row")

MAX_CURSOR: Final = 500
BY_NUMBER: Final[Any] = tuple[Annotated[int, Field(ge=0, le=MAX_ID)]]
CURSOR: Final = r"^[A-Za-z0-9_=-]+$"


class PageOf(ResponseModel, Generic[Item]):
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


def cut(rows: Sequence[Row], limit: int, place_of: Callable[[Row], Sequence[Any]]) -> tuple[Sequence[Row], Any]:
    """The page, of one row more than it holds where there is a next one; and the place where that begins."""
    return rows[:limit], place_of(rows[limit - 1]) if len(rows) > limit else None
