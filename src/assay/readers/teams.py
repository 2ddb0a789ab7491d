"""Microsoft Teams: the JSON of its exports and of the Graph API, which differ in the case of their keys."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from assay.readers import html, notices
from assay.readers.documents import Refused, json_object
from assay.readers.export import Export
from assay.readers.fields import mapping, objects, text_of
from assay.readers.quotes import Joining
from assay.readers.reader import CERTAIN, NO, Look, Reader
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped, SystemNotice, TextSpan
from assay.readers.threads import Chains
from assay.readers.tree import ExportFile

CHANNELS: Final = re.compile(r"(?:channels|chats|teams)_?.*\.json$", re.IGNORECASE)
ATTACHMENT: Final = re.compile(r"<attachment id=\"[^\"]*\">\s*</attachment>", re.IGNORECASE)
PREFIXES: Final = ("item.", "value.item.", "messages.item.")


def sniff(look: Look) -> int:
    for shape in look.shapes:
        for at in PREFIXES:
            lower = {prefix.casefold() for prefix in shape.prefixes}
            if {f"{at}body", f"{at}createddatetime", f"{at}messagetype"} <= lower:
                return CERTAIN
    return NO


class _Record:
    """An object whose keys may begin with a capital."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def get(self, name: str) -> Any:
        found = self._fields.get(name)
        return self._fields.get(name[0].upper() + name[1:]) if found is None else found

    def inner(self, *names: str) -> "_Record":
        at = self
        for name in names:
            at = _Record(mapping(at.get(name)))
        return at

    def text(self, name: str) -> str:
        return text_of(self.get(name))


def read(export: Export) -> Iterator[Found]:
    channels, chains = _channels(export), Chains()
    members = [
        each for each in export.tree.members if each.name.endswith(".json") and not CHANNELS.fullmatch(each.name)
    ]
    for member in members:
        for found in export.items(member, _prefix(export, member)):
            if not isinstance(found, BadRecord):
                for record in _with_replies(found[1]):
                    _note(chains, record)
    for member in members:
        for found in export.items(member, _prefix(export, member)):
            if isinstance(found, BadRecord):
                yield found
                continue
            for record in _with_replies(found[1]):
                if record.get("body") is not None or record.get("messageType"):
                    yield _read(_Place(export, member, channels, chains), found[0], record)


def _with_replies(item: Mapping[str, Any]) -> Iterator[_Record]:
    """A message, and the answers that the Graph API nests in it."""
    record = _Record(item)
    yield record
    for reply in objects(record.get("replies")):
        yield _Record({"replyToId": record.text("id"), **reply})


def _channels(export: Export) -> dict[str, str]:
    """The names of channels and chats by their ids."""
    names: dict[str, str] = {}
    for member in export.tree.members:
        if CHANNELS.fullmatch(member.name):
            for item in export.listed(member, _prefix(export, member)):
                record = _Record(item)
                names[record.text("id")] = record.text("displayName") or record.text("topic")
    return names


def _note(chains: Chains, record: _Record) -> None:
    if parent := record.text("replyToId"):
        chains.note(record.text("id"), parent)


def _prefix(export: Export, member: ExportFile) -> str:
    head = export.head(member).lstrip()
    if head[:1] == b"[":
        return "item"
    return "value.item" if b'"value"' in head else "messages.item"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message is read, and what is known of its export."""

    export: Export
    member: ExportFile
    channels: dict[str, str]
    chains: Chains

    @property
    def name(self) -> str:
        return self.member.name.removesuffix(".json").removeprefix("messages_")

    def place(self, record: _Record) -> str:
        """The id of its channel or chat."""
        return record.inner("channelIdentity").text("channelId") or record.text("chatId") or self.name

    def external_id(self, record: _Record) -> str:
        return f"{self.place(record)}/{record.text('id')}"[-200:]


def _read(at: _Place, where: str, record: _Record) -> Found:
    kind = record.text("messageType") or "message"
    body = record.inner("body")
    if record.get("deletedDateTime"):
        return Skipped(SystemNotice.DELETED, at.external_id(record))
    if kind.casefold() != "message" or "<systemEventMessage" in body.text("content"):
        event = text_of(mapping(record.get("eventDetail")).get("@odata.type"))
        return Skipped(notices.of_kind(event) or SystemNotice.CHANNEL)
    try:
        return _message(at, where, record)
    except ValueError as error:
        return BadRecord(where, str(error))


def _message(at: _Place, where: str, record: _Record) -> Found:
    user, application = record.inner("from", "user"), record.inner("from", "application")
    is_bot = not user.text("id") and not user.text("displayName")
    who = application if is_bot else user
    if is_bot and not application.text("displayName"):
        return Skipped(SystemNotice.UNSUPPORTED)
    text, quoted = _text(record)
    if not text:
        return Skipped(SystemNotice.MEDIA if record.get("attachments") else SystemNotice.EMPTY)
    place, identity = at.place(record), record.text("id")
    root = at.chains.root(identity)
    edited = record.get("lastEditedDateTime")
    return IncomingMessage(
        external_id=at.external_id(record),
        channel=at.export.options.channel or at.channels.get(place) or at.name or at.export.channel,
        author=who.text("displayName") or at.export.notes.unknown(who.text("id")),
        author_id=who.text("id") or None,
        sent_at=at.export.moment(record.get("createdDateTime")),
        text=text,
        quoted=quoted,
        thread=f"{place}/{root}"[-200:] if root else None,
        is_bot=is_bot,
        edited_at=at.export.moment(edited) if edited else None,
        permalink=record.text("webUrl") or None,
        reactions=_reactions(record),
        is_edit=bool(edited),
        where=where,
    )


def _text(record: _Record) -> tuple[str, tuple[TextSpan, ...]]:
    made = Joining()
    for attached in objects(record.get("attachments")):
        each = _Record(attached)
        if each.text("contentType") == "messageReference":
            made.paragraph(_preview(each.text("content")), is_quoted=True)
    body = record.inner("body")
    source = ATTACHMENT.sub("", body.text("content"))
    if body.text("contentType").casefold() == "html" or body.get("contentType") == 1:
        text, quoted = html.rendered(source)
        made.paragraph(text, quoted=quoted)
    else:
        made.paragraph(source)
    subject = record.text("subject")
    if subject and not made:
        made.paragraph(subject)
    return made.stripped()


def _preview(reference: str) -> str:
    """The first words of the message that is answered, from JSON within JSON."""
    try:
        return text_of(json_object(reference).get("messagePreview"))
    except Refused:
        return ""


def _reactions(record: _Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in objects(record.get("reactions")):
        each = _Record(item)
        found.setdefault(each.text("reactionType"), []).append(each.inner("user", "user").text("displayName"))
    return found


READER: Final = Reader("teams", "Microsoft Teams export", sniff, read)
