"""Chats as JSON lines: one object a line with id, channel, author, ts, text, thread, reply_to, kind and bot."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

from assay.extraction.said import Said
from assay.extraction.timestamps import moment_of
from assay.lines import BadLine, Line

OPENINGS: Final = ('{"', '{ "', "{}")


class Refused(ValueError):
    """A line cannot become a message. The message is the sentence that says why."""


def looks_like_json(text: str) -> bool:
    return text.lstrip().startswith(OPENINGS)


def read_json_lines(lines: Iterable[Line | BadLine]) -> Iterator[Said | BadLine]:
    for line in lines:
        yield _read(line) if isinstance(line, Line) else line


def _read(line: Line) -> Said | BadLine:
    try:
        return _said(line.number, _object(line.text))
    except ValueError as error:
        return BadLine(line.number, str(error))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except RecursionError:
        raise Refused("The line is JSON nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise Refused(f"The line is not JSON: it cannot be read from character {error.colno:,} on.") from None
    except ValueError:
        raise Refused(f"The line holds a number of more than {sys.get_int_max_str_digits():,} digits.") from None
    if not isinstance(found, dict):
        raise Refused(f"The line is a JSON {type(found).__name__}, not an object.")
    return found


def _said(number: int, fields: dict[str, Any]) -> Said:
    return Said(
        number=number,
        external_id=_name(fields, "id"),
        channel=_name(fields, "channel"),
        author=_words(fields, "author"),
        sent_at=moment_of(fields.get("ts")),
        text=_words(fields, "text"),
        thread=_name(fields, "thread") or _name(fields, "reply_to"),
        is_noise=fields.get("bot") in (True, "true") or fields.get("kind", "message") != "message",
    )


def _words(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if value is None:
        raise Refused(f"The {key} is missing.")
    if not isinstance(value, str):
        raise Refused(f"The {key} is no text, but of type {type(value).__name__}.")
    return value


def _name(fields: dict[str, Any], key: str) -> str | None:
    """A name that may be absent, or a number."""
    value = fields.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Refused(f"The {key} is no text, but of type {type(value).__name__}.")
