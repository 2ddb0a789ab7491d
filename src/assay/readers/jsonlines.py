"""Assay's own format: objects with id, channel, author, ts, text, thread, reply_to, kind and bot.

One a line, or a JSON list of them, in one file or in the files of a folder.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assay.lines import BadLine
from assay.readers.export import Export, mapping
from assay.readers.identity import Places
from assay.readers.notices import of_kind
from assay.readers.reader import CERTAIN, LIKELY, NO, Look, Reader
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped, Span
from assay.readers.threads import Chains
from assay.readers.tree import Member

MESSAGE_KINDS: Final = frozenset({"", "message", "action", "emote", "me"})
OBJECT: Final = re.compile(r'\{\s*(?:"|\}|$)')
LIST: Final = re.compile(rb"\s*\[\s*(?:\{|\]|$)")


class Refused(ValueError):
    """A record cannot become a message. The message is the sentence that says why."""


def sniff(look: Look) -> int:
    for glance in look.glances:
        if glance.shape and any(glance.shape.has(f"{at}author", f"{at}text") for at in ("", "item.")):
            return CERTAIN if glance.shape.has("ts") or glance.shape.has("item.ts") else LIKELY
    for glance in look.glances:
        objects = sum(OBJECT.match(line.lstrip()) is not None for line in glance.lines)
        if objects > len(glance.lines) / 2 or (look.tree.is_single and LIST.match(glance.head)):
            return 20
    return NO


def read(export: Export) -> Iterator[Found]:
    chains, places = Chains(), Places()
    for member in export.tree.members:
        for found in _records(export, member, only_replies=True):
            if not isinstance(found, BadRecord):
                _note(chains, found[1])
    for member in export.tree.members:
        for found in _records(export, member):
            yield found if isinstance(found, BadRecord) else _read(export, *found, chains, places)


Record = tuple[str, dict[str, Any]]


def _records(export: Export, member: Member, *, only_replies: bool = False) -> Iterator[Record | BadRecord]:
    with member.open() as stream:
        is_list = LIST.match(stream.peek(1_024)[:1_024].removeprefix(b"\xef\xbb\xbf")) is not None
    if is_list:
        yield from export.items(member, "item")
        return
    for line in export.lines(member, with_blanks=False, is_noted=not only_replies):
        if isinstance(line, BadLine):
            yield BadRecord(export.place(member, "line", line.number), line.sentence)
        elif not only_replies or '"reply_to"' in line.text:
            place = export.place(member, "line", line.number)
            try:
                yield place, _object(line.text)
            except ValueError as error:
                yield BadRecord(place, str(error))


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


def _note(chains: Chains, fields: Mapping[str, Any]) -> None:
    try:
        identity, parent = _name(fields, "id"), _name(fields, "reply_to")
    except Refused:
        return
    if identity and parent and not fields.get("thread"):
        chains.note(identity, parent)


def _read(export: Export, where: str, fields: dict[str, Any], chains: Chains, places: Places) -> Found:
    kind = fields.get("kind")
    if isinstance(kind, str) and kind not in MESSAGE_KINDS and (notice := of_kind(kind)):
        return Skipped(notice)
    try:
        message = _message(export, where, fields, chains)
    except ValueError as error:
        return BadRecord(where, str(error))
    return message if message.external_id else places.named(message)


def _message(export: Export, where: str, fields: dict[str, Any], chains: Chains) -> IncomingMessage:
    identity = _name(fields, "id") or ""
    reply_to = _name(fields, "reply_to")
    return IncomingMessage(
        external_id=identity,
        channel=_name(fields, "channel") or export.channel,
        author=_words(fields, "author"),
        sent_at=export.moment(fields.get("ts")),
        text=_words(fields, "text"),
        thread=_name(fields, "thread") or (identity and chains.root(identity)) or reply_to,
        is_bot=fields.get("bot") in (True, "true"),
        author_id=_name(fields, "author_id"),
        edited_at=export.moment(fields["edited_at"]) if fields.get("edited_at") else None,
        quoted=_spans(fields.get("quoted")),
        forwarded_from=_name(fields, "forwarded_from"),
        permalink=_name(fields, "permalink"),
        reactions={str(name): [str(each) for each in who] for name, who in mapping(fields.get("reactions")).items()},
        is_edit=bool(fields.get("edited_at")),
        where=where,
    )


def _spans(value: object) -> tuple[Span, ...]:
    if value is None:
        return ()
    try:
        return tuple(Span(int(start), int(end)) for start, end in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise Refused("The spans in quoted are not pairs of numbers, like [[0, 12]].") from None


def _words(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if value is None:
        raise Refused(f"The {key} is missing.")
    if not isinstance(value, str):
        raise Refused(f"The {key} is no text, but of type {type(value).__name__}.")
    return value


def _name(fields: Mapping[str, Any], key: str) -> str | None:
    """A name that may be absent, or a number."""
    value = fields.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Refused(f"The {key} is no text, but of type {type(value).__name__}.")


READER: Final = Reader("jsonl", "JSON lines", sniff, read)
