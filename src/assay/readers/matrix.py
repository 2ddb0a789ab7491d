"""Matrix: the JSON that Element exports of a room, and events one after another."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from assay.readers import notices
from assay.readers.export import Export
from assay.readers.fields import mapping, text_of
from assay.readers.reader import CERTAIN, NO, Look, Reader
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped, SystemNotice
from assay.readers.threads import Chains
from assay.readers.tree import ExportFile

FALLBACK: Final = re.compile(r"(?:>[^\n]*(?:\n|$))+\n?")
WORDS: Final = frozenset({"m.text", "m.notice", "m.emote"})
STATES: Final = {
    "m.room.member": SystemNotice.JOINED,
    "m.room.encrypted": SystemNotice.UNSUPPORTED,
    "m.room.encryption": SystemNotice.ENCRYPTION,
    "m.room.pinned_events": SystemNotice.PINNED,
}
Event = Mapping[str, Any]


def sniff(look: Look) -> int:
    for shape in look.shapes:
        for at in ("messages.item.", "", "item."):
            if shape.has(f"{at}event_id", f"{at}origin_server_ts", f"{at}sender"):
                return CERTAIN
        if shape.has("room_name", "messages"):
            return CERTAIN
    return NO


@dataclass(slots=True)
class _Room:
    """What must be known of a room before its first message is."""

    export: Export
    chains: Chains = field(default_factory=Chains)
    names: dict[str, str] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)
    reactions: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    originals: dict[str, IncomingMessage] = field(default_factory=dict)
    """Of the messages that are edited later."""

    def note(self, event: Event) -> None:
        content = mapping(event.get("content"))
        relation = mapping(content.get("m.relates_to"))
        target = text_of(relation.get("event_id"))
        kind = relation.get("rel_type")
        if event.get("type") == "m.room.member":
            who = text_of(event.get("state_key")) or text_of(event.get("sender"))
            if name := text_of(content.get("displayname")):
                self.names[who] = name
        elif kind == "m.replace":
            self.edited.add(target)
        elif kind == "m.annotation":
            people = self.reactions.setdefault(target, {}).setdefault(text_of(relation.get("key")), [])
            people.append(text_of(event.get("sender")))
        elif kind == "m.thread":
            self.chains.note(text_of(event.get("event_id")), target)
        elif answered := text_of(mapping(relation.get("m.in_reply_to")).get("event_id")):
            self.chains.note(text_of(event.get("event_id")), answered)

    def name(self, sender: str) -> str:
        return self.names.get(sender) or sender.removeprefix("@").partition(":")[0]


def read(export: Export) -> Iterator[Found]:
    members = [each for each in export.tree.members if each.name.endswith((".json", ".jsonl", ".ndjson", ".txt"))]
    for member in members:
        room = _Room(export)
        for found in _events(export, member):
            if not isinstance(found, BadRecord):
                room.note(found[1])
        name = text_of(export.root(member, before="messages").get("room_name")) or export.channel
        for found in _events(export, member):
            if isinstance(found, BadRecord):
                yield found
            elif mapping(mapping(found[1].get("content")).get("m.relates_to")).get("rel_type") != "m.annotation":
                yield _read(room, name, *found)


def _events(export: Export, member: ExportFile) -> Iterator[tuple[str, dict[str, Any]] | BadRecord]:
    head = export.head(member).lstrip()
    if head[:1] == b"[":
        return export.items(member, "item")
    is_room = (b'"messages"' in head and b'"room_name"' in head) or b'"export_date"' in head
    return export.items(member, "messages.item") if is_room else export.items(member, "", is_series=True)


def _read(room: _Room, channel: str, where: str, event: Event) -> Found:
    content = mapping(event.get("content"))
    kind = text_of(event.get("type"))
    if kind == "m.room.redaction":
        return Skipped(SystemNotice.DELETED, text_of(event.get("redacts")) or text_of(content.get("redacts")) or None)
    if kind != "m.room.message":
        return Skipped(STATES.get(kind) or notices.of_kind(kind) or SystemNotice.CHANNEL)
    if not content or mapping(event.get("unsigned")).get("redacted_because"):
        return Skipped(SystemNotice.DELETED, text_of(event.get("event_id")) or None)
    try:
        return _message(room, channel, where, event, content)
    except ValueError as error:
        return BadRecord(where, str(error))


def _message(room: _Room, channel: str, where: str, event: Event, content: Mapping[str, Any]) -> Found:
    relation = mapping(content.get("m.relates_to"))
    identity = text_of(event.get("event_id"))
    target = text_of(relation.get("event_id")) if relation.get("rel_type") == "m.replace" else ""
    words = mapping(content.get("m.new_content")) or content if target else content
    if text_of(words.get("msgtype")) not in WORDS:
        return Skipped(SystemNotice.MEDIA if words.get("url") or words.get("file") else SystemNotice.UNSUPPORTED)
    text = text_of(words.get("body"))
    if relation.get("m.in_reply_to") and text.startswith(">"):
        text = FALLBACK.sub("", text, count=1)
    sent_at = room.export.moment(event.get("origin_server_ts"))
    if not text.strip():
        return Skipped(SystemNotice.EMPTY)
    if target and target in room.originals:
        original = room.originals[target]
        if original.author_id != text_of(event.get("sender")):
            return Skipped(SystemNotice.UNSUPPORTED)
        return replace(original, text=text.strip(), edited_at=sent_at, is_edit=True, is_version=True, where=where)
    sender = text_of(event.get("sender"))
    message = IncomingMessage(
        external_id=target or identity,
        channel=room.export.options.channel or channel,
        author=room.name(sender),
        author_id=sender or None,
        sent_at=sent_at,
        text=text.strip(),
        thread=room.chains.root(identity),
        is_bot=words.get("msgtype") == "m.notice",
        permalink=f"https://matrix.to/#/{event['room_id']}/{identity}" if event.get("room_id") else None,
        reactions={key: list(map(room.name, who)) for key, who in room.reactions.get(identity, {}).items()},
        is_edit=bool(target),
        where=where,
    )
    if message.external_id in room.edited:
        room.originals[message.external_id] = message
    return message


READER: Final = Reader("matrix", "Matrix export", sniff, read)
