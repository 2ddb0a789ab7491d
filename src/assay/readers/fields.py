"""What stands in the fields of a document that anybody may have written: the type that is asked for, or nothing."""

from collections.abc import Mapping
from typing import Any


def first(fields: Mapping[str, Any], *keys: str) -> Any:
    """The first of these fields that says something."""
    return next((value for key in keys if (value := fields.get(key)) not in (None, "", [])), None)


def text_of(value: object) -> str:
    """A name or an id, which may be a number; empty where it is neither."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def mapping(value: object) -> dict[str, Any]:
    """An object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list, or none where something else stands."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def strings(value: object) -> list[str]:
    """The texts of a list, or none where something else stands."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def number(value: object) -> int:
    """A whole number, or 0 where something else stands."""
    return value if isinstance(value, int) else 0
