"""Pages of a list."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import ConfigDict, Field

from assay.web.models import MAX_ID, ResponseModel

Item = TypeVar("Item")
Row = TypeVar("Row")

MAX_CURSOR: Final = 500
BY_NUMBER: Final[Any] = tuple[Annotated[int, Field(ge=0, le=MAX_ID)]]
CURSOR: Final = r"^[A-Za-z0-9_-]+$"


class PageOf(ResponseModel, Generic[Item]):
    """A page. `next` is the cursor to the page after it; null on the last one, and only there: a page may hold less
    than was asked for, or nothing, and have a next one."""

    model_config = ConfigDict(from_attributes=True)

    items: list[Item]
    next: str | None


def cut(rows: Sequence[Row], limit: int, place_of: Callable[[Row], Sequence[Any]]) -> tuple[Sequence[Row], Any]:
    """The page, of one row more than it holds where there is a next one; and the place where that begins."""
    return rows[:limit], place_of(rows[limit - 1]) if len(rows) > limit else None
