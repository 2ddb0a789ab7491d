"""Rocket.Chat: the collections of its database as JSON lines, as `bsondump` writes them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from assay.errors import InvalidInput
from assay.readers import notices
from assay.readers.export import Export
from assay.readers.fields import mapping, objects, strings, text_of
from assay.readers.quotes import Joining
from assay.readers.reader import CERTAIN, LIKELY, NO, Look, Reader
from assay.readers.records import MAX_NAME, BadRecord, Found, IncomingMessage, Skipped, SystemNotice

ROOMS: Final = re.compile(r"rocketchat_rooms?\.(?:json|jsonl|ndjson)$")
USERS: Final = re.compile(r"users\.(?:json|jsonl|ndjson)$")
BSON: Final = "rocketchat_message.bson"
QUOTING: Final = re.compile(r"^(?:\[ ?\]\([^()\s]*[?&]msg=[\w-]+\)\s*)+")


def sniff(look: Look) -> int:
    if BSON in look.names or any(name.endswith(".bson") for name in look.names):
        return CERTAIN if BSON in look.names else LIKELY
    for shape in look.shapes:
        for at in ("", "item."):
            if shape.has(f"{at}_id", f"{at}rid", f"{at}ts") and shape.prefixes & {f"{at}msg", f"{at}u", f"{at}t"}:
                return CERTAIN
    return NO


@dataclass(slots=True)
class _Server:
    export: Export
    rooms: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)

    def take_room(self, room: Mapping[str, Any]) -> None:
        members = room.get("usernames")
        who = ", ".join(sorted(strings(members)))
        name = text_of(room.get("fname")) or text_of(room.get("name")) or who
        self.rooms[text_of(room.get("_id"))] = name[:MAX_NAME]

    def take_user(self, user: Mapping[str, Any]) -> None:
        identity = text_of(user.get("_id"))
        self.people[identity] = text_of(user.get("name")) or text_of(user.get("username"))
        if user.get("type") == "bot":
            self.bots.add(identity)


def read(export: Export) -> Iterator[Found]:
    if any(member.name.endswith(".bson") for member in export.tree.members):
        raise InvalidInput(
            f"{export.tree.name} holds BSON: turn each collection into JSON lines with bsondump, and name the folder."
        )
    server = _Server(export)
    for pattern, take in ((ROOMS, server.take_room), (USERS, server.take_user)):
        for member in export.tree.members:
            for found in export.records(member) if pattern.fullmatch(member.name) else ():
                if not isinstance(found, BadRecord):
                    take(found[1])
    for member in export.tree.members:
        if ROOMS.fullmatch(member.name) or USERS.fullmatch(member.name):
            continue
        for found in export.records(member):
            yield found if isinstance(found, BadRecord) else _read(server, *found)


def _read(server: _Server, where: str, item: Mapping[str, Any]) -> Found:
    if kind := text_of(item.get("t")):
        known = {
            "rm": SystemNotice.DELETED,
            "e2e": SystemNotice.UNSUPPORTED,
            "discussion-created": SystemNotice.CHANNEL,
        }
        notice = known.get(kind) or notices.of_kind(kind) or SystemNotice.UNSUPPORTED
        return Skipped(notice, text_of(item.get("_id")) or None if notice is SystemNotice.DELETED else None)
    try:
        return _message(server, where, item)
    except ValueError as error:
        return BadRecord(where, str(error))


def _message(server: _Server, where: str, item: Mapping[str, Any]) -> Found:
    made = Joining()
    made.paragraph(QUOTING.sub("", text_of(item.get("msg"))))
    for attached in objects(item.get("attachments")):
        if attached.get("text"):
            made.paragraph(text_of(attached.get("text")), is_quoted=True)
    text, quoted = made.stripped()
    if not text:
        return Skipped(SystemNotice.MEDIA if item.get("file") or item.get("files") else SystemNotice.EMPTY)
    user, room = mapping(item.get("u")), text_of(item.get("rid"))
    identity = text_of(user.get("_id"))
    edited = item.get("editedAt")
    return IncomingMessage(
        external_id=text_of(item.get("_id")),
        channel=server.export.options.channel or server.rooms.get(room) or room,
        author=server.people.get(identity)
        or text_of(user.get("name"))
        or text_of(user.get("username"))
        or server.export.notes.unknown(identity),
        author_id=identity or None,
        sent_at=server.export.moment(_date(item.get("ts"))),
        text=text,
        quoted=quoted,
        thread=text_of(item.get("tmid")) or None,
        is_bot=identity in server.bots or bool(item.get("bot")),
        edited_at=server.export.moment(_date(edited)) if edited else None,
        reactions={
            str(name).strip(":"): strings(mapping(who).get("usernames"))
            for name, who in mapping(item.get("reactions")).items()
        },
        is_edit=bool(edited),
        where=where,
    )


def _date(value: object) -> object:
    """Of the extended JSON of MongoDB: {"$date": ...} around a text, a number or {"$numberLong": ...}."""
    if isinstance(value, dict):
        inner = value.get("$date", value.get("$numberLong"))
        return _date(inner) if inner is not None else None
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


READER: Final = Reader("rocketchat", "Rocket.Chat dump", sniff, read)
