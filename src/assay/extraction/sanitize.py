"""What a model wrote, made fit to be stored and shown."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from assay.text.secrets import masked

UNSHOWN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
"""Control characters, half surrogate pairs, and marks that turn the direction of what follows."""
MAX_CHARACTERS: Final = 200_000
"""Characters of a text that are looked at, whatever its length."""
MAX_DEPTH: Final = 5
MAX_ITEMS: Final = 50
VALUE_LIMIT: Final = 2_000
MAX_NUMBER: Final = 10**15
"""Numbers beyond it, and what is no number, are a model's nonsense."""

Member = TypeVar("Member", bound=StrEnum)


def words(text: str, limit: int) -> str:
    """The text without control characters and secrets, cut at the limit."""
    plain = UNSHOWN.sub("", text[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n"))
    return clipped(masked(plain).strip(), limit)


def one_line(text: str, limit: int) -> str:
    """The same on one line. Empty where there is neither letter nor digit."""
    line = clipped(" ".join(words(text, MAX_CHARACTERS).split()), limit)
    return line if any(map(str.isalnum, line)) else ""


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters: cut between two words where there is a gap near enough, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    gap = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[: gap if gap > limit // 2 else None].rstrip(" \n,;:.-–") + "…"


def share(value: float) -> float:
    """A number between 0 and 1. What is no number is 0."""
    return min(max(float(value), 0.0), 1.0) if abs(value) < MAX_NUMBER else 0.0


def member(enum: type[Member], value: object) -> Member | None:
    """The member of this value, if there is one."""
    return next((each for each in enum if each == value), None)


def mask_secrets(value: object) -> object:
    """The whole value, but for the secrets in its texts. For what people and programs wrote, which was checked."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {masked(key): mask_secrets(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [mask_secrets(each) for each in value]
    return value


def to_json_safe(value: object, depth: int = 0) -> object:
    """What a database takes of a value: texts, finite numbers, lists and mappings, a few levels deep."""
    if isinstance(value, bool | None):
        return value
    if isinstance(value, str):
        return words(value, VALUE_LIMIT)
    if isinstance(value, int | float):
        return value if abs(value) < MAX_NUMBER else None
    if depth == MAX_DEPTH:
        return None
    if isinstance(value, Mapping):
        return {one_line(str(key), 100): to_json_safe(each, depth + 1) for key, each in list(value.items())[:MAX_ITEMS]}
    if isinstance(value, list | tuple):
        return [to_json_safe(each, depth + 1) for each in value[:MAX_ITEMS]]
    return words(str(value), VALUE_LIMIT)
