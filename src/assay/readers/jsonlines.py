"""Assay's own format: objects with id, channel, author, ts, text, thread, reply_to, kind and bot.

One a line, or a JSON list of them, in one file or in the files of a folder.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assay.readers.documents import Refused
from assay.readers.export import Export
from assay.readers.fields import mapping, strings
from assay.readers.identity import Places
from assay.readers.notices import of_kind
from assay.readers.reader import CERTAIN, LIKELY, NO, Look, Reader
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped, TextSpan
from assay.readers.threads import Chains

MESSAGE_KINDS: Final = frozenset({"", "message", "action", "emote", "me"})
OBJECT: Final = re.compile(r'\{\s*(?:"|\}|$)')
LIST: Final = re.compile(rb"\s*\[\s*(?:\{|\]|$)")


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
        for found in export.records(member, holding='"reply_to"', is_noted=False):
            if not isinstance(found, BadRecord):
                _note(chains, found[1])
    for member in export.tree.members:
        channel = export.channel_of(member)
        for found in export.records(member):
            yield found if isinstance(found, BadRecord) else _read(export, *found, channel, chains, places)


def _note(chains: Chains, fields: Mapping[str, Any]) -> None:
    try:
        identity, parent = _name(fields, "id"), _name(fields, "reply_to")
    except Refused:
        return
    if identity and parent and not fields.get("thread"):
        chains.note(identity, parent)


def _read(export: Export, where: str, fields: dict[str, Any], channel: str, chains: Chains, places: Places) -> Found:
    kind = fields.get("kind")
    if isinstance(kind, str) and kind not in MESSAGE_KINDS and (notice := of_kind(kind)):
        return Skipped(notice)
    try:
        message = _message(export, where, fields, channel, chains)
    except ValueError as error:
        return BadRecord(where, str(error))
    return message if message.external_id else places.named(message)


def _message(export: Export, where: str, fields: dict[str, Any], channel: str, chains: Chains) -> IncomingMessage:
    identity = _name(fields, "id") or ""
    reply_to = _name(fields, "reply_to")
    return IncomingMessage(
        external_id=identity,
        channel=_name(fields, "channel") or channel,
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
        reactions={name: strings(who) for name, who in mapping(fields.get("reactions")).items()},
        is_edit=bool(fields.get("edited_at")),
        where=where,
    )


def _spans(value: object) -> tuple[TextSpan, ...]:
    if value is None:
        return ()
    try:
        return tuple(TextSpan(int(start), int(end)) for start, end in value)  # type: ignore[attr-defined]
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
