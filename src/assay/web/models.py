"""What requests and answers are made of."""

import sys
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from math import isfinite
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from assay.clock import in_utc
from assay.db.bulk import as_json

MOST_IDS: Final = 10_000
DEEPEST: Final = 20
MOST_META: Final = 64 * 1024
"""Bytes of free-form values, as JSON: a page of a list holds up to 500 of them."""
LARGEST_ID: Final = 2**63 - 1
LARGEST_NUMBER: Final = sys.float_info.max


def storable(value: str) -> str:
    """Text that a database takes: no NUL, no half of a character."""
    if "\0" in value:
        raise ValueError("a NUL character is not allowed")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair is no character") from None
    return value


def shallow(value: dict[str, Any]) -> dict[str, Any]:
    """Free-form values that can be stored: not too deep or large, and all of their numbers and words storable."""
    _refuse_depth(value, DEEPEST)
    _refuse_unstorable(value)
    if (size := len(as_json(value).encode())) > MOST_META:
        raise ValueError(f"{size:,} bytes of JSON are more than the {MOST_META:,} that are allowed")
    return value


def _refuse_depth(value: object, left: int) -> None:
    if left == 0:
        raise ValueError(f"more than {DEEPEST} levels are not allowed")
    for each in _inner(value):
        _refuse_depth(each, left - 1)


def _refuse_unstorable(value: object) -> None:
    if isinstance(value, str):
        storable(value)
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"a number must be finite, and no larger than {LARGEST_NUMBER:.2g}")
    for each in _inner(value):
        _refuse_unstorable(each)


def _inner(value: object) -> Iterable[object]:
    return chain(value, value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()


Text = Annotated[str, AfterValidator(storable)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
Notes = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(storable)]
Meta = Annotated[
    dict[str, Any],
    AfterValidator(shallow),
    Field(description=f"Free-form: at most {MOST_META:,} bytes of JSON and {DEEPEST} levels; numbers are finite."),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
UserId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""PostgreSQL takes no offset beyond sixteen hours, and Python any within a day: what comes in goes on in UTC."""


class Answer(BaseModel):
    """Something that is answered."""

    model_config = ConfigDict(from_attributes=True)


class Asked(BaseModel):
    """Something that is asked for. An unknown key is a mistake and not overlooked."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """What went wrong (RFC 9457). `detail` is one sentence for a person."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class Decided(Answer):
    """Who decided what, and when."""

    by: str
    action: str
    at: datetime
