"""What requests and answers are made of."""

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
"""Bytes of free-form values, as JSON: a page of a list holds up to 500 of them."""
MAX_ID: Final = 2**63 - 1
MAX_NUMBER: Final = sys.float_info.max


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
    _refuse_depth(value, MAX_DEPTH)
    _refuse_unstorable(value)
    if (size := len(as_json(value).encode())) > MAX_META_BYTES:
        raise ValueError(f"{size:,} bytes of JSON are more than the {MAX_META_BYTES:,} that are allowed")
    return value


def _refuse_depth(value: object, left: int) -> None:
    if left == 0:
        raise ValueError(f"more than {MAX_DEPTH} levels are not allowed")
    for each in _inner(value):
        _refuse_depth(each, left - 1)


def _refuse_unstorable(value: object) -> None:
    if isinstance(value, str):
        storable(value)
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"a number must be finite, and no larger than {MAX_NUMBER:.2g}")
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
    Field(
        description=f"Free-form: at most {MAX_META_BYTES:,} bytes of JSON and {MAX_DEPTH} levels; numbers are finite."
    ),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
UserId = Annotated[int, Field(ge=1, le=MAX_ID)]
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""PostgreSQL takes no offset beyond sixteen hours, and Python any within a day: what comes in goes on in UTC."""


class ResponseModel(BaseModel):
    """Something that is answered."""

    model_config = ConfigDict(from_attributes=True)


class RequestModel(BaseModel):
    """Something that is asked for. An unknown key is a mistake and not overlooked."""

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
    """Somebody or something was faster, or it stands against what is known. What is not the case is left out."""

    refusal: Refusal | None = None
    decision: Decided | None = Field(None, description="what stands against it")
    entity_id: UUID | None = Field(None, description="the topic or atom that stands against it, or that it became")
    count: int | None = Field(None, description="how many a filter means now")
    revision: str | None = Field(None, description="of what a filter means now")


class StaleProblem(Problem):
    """It changed since it was read."""

    read: int | None = Field(None, description="the version or revision that was read")
    now: int | None = Field(None, description="the one that there is")
    refusal: Refusal | None = None
    decision: Decided | None = None
    entity_id: UUID | None = None
