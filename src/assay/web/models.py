"""The building blocks of requests and responses."""

import sys
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from math import isfinite
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from assay.clock import in_utc
from assay.db.bulk import as_json
from assay.proposals.outcomes import Refusal

MAX_IDS: Final = 10_000
MAX_DEPTH: Final = 20
MAX_META_BYTES: Final = 64 * 1024
"""Of free-form values, as JSON. A page of a list holds up to 500 of them."""
MAX_ID: Final = 2**63 - 1
MAX_NUMBER: Final = sys.float_info.max


def storable(value: str) -> str:
    """Text that the database accepts: no NUL, and no lone surrogate."""
    if "\0" in value:
        raise ValueError("a NUL character is not allowed")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("a lone surrogate is not a character") from None
    return value


def shallow(value: dict[str, Any]) -> dict[str, Any]:
    """Free-form values that can be stored: neither too deep nor too large, with finite numbers and storable text."""
    _refuse_depth(value, MAX_DEPTH)
    _refuse_unstorable(value)
    if (size := len(as_json(value).encode())) > MAX_META_BYTES:
        raise ValueError(f"{size:,} bytes of JSON exceed the {MAX_META_BYTES:,} that are allowed")
    return value


def _refuse_depth(value: object, left: int) -> None:
    if left == 0:
        raise ValueError(f"at most {MAX_DEPTH} levels are allowed")
    for each in _inner(value):
        _refuse_depth(each, left - 1)


def _refuse_unstorable(value: object) -> None:
    if isinstance(value, str):
        storable(value)
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"a number must be finite and at most {MAX_NUMBER:.2g}")
    for each in _inner(value):
        _refuse_unstorable(each)


def _inner(value: object) -> Iterable[object]:
    return chain(value, value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()


Text = Annotated[str, AfterValidator(storable)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(storable)]
"""What somebody calls a thing of theirs, without the blanks around it."""
Notes = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(storable)]
Meta = Annotated[
    dict[str, Any],
    AfterValidator(shallow),
    Field(
        description=f"Free-form: at most {MAX_META_BYTES:,} bytes of JSON and {MAX_DEPTH} levels; numbers are finite."
    ),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
UserId = Annotated[int, Field(ge=1, le=MAX_ID)]
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""Converted to UTC on arrival: Python accepts offsets of up to a day, PostgreSQL only of up to sixteen hours."""


class ResponseModel(BaseModel):
    """The body of a response."""

    model_config = ConfigDict(from_attributes=True)


class RequestModel(BaseModel):
    """The body of a request. An unknown key is an error: it is never ignored."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """What went wrong (RFC 9457). `detail` is one sentence for a person."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class Decided(ResponseModel):
    """Who decided what, and when."""

    by: str
    action: str
    at: datetime


class ConflictProblem(Problem):
    """Somebody or something got there first, or the request conflicts with what is known. Fields that do not apply are
    left out."""

    refusal: Refusal | None = None
    decision: Decided | None = Field(None, description="the decision that it conflicts with")
    entity_id: UUID | None = Field(None, description="the topic or atom that it conflicts with, or has become")
    count: int | None = Field(None, description="how many proposals the filter matches now")
    revision: str | None = Field(None, description="the revision of what the filter matches now")


class StaleProblem(Problem):
    """It has changed since it was read."""

    read: int | None = Field(None, description="the version or revision that was read")
    now: int | None = Field(None, description="the current one")
    refusal: Refusal | None = None
    decision: Decided | None = None
    entity_id: UUID | None = None
