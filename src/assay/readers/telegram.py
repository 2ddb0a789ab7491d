"""Telegram Desktop: the `result.json` of one chat, or of a whole account."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from assay.readers import notices
from assay.readers.documents import shape_of
from assay.readers.export import Export
from assay.readers.fields import first, mapping, objects, text_of
from assay.readers.quotes import Joining
from assay.readers.reader import CERTAIN, LIKELY, NO, Look, Reader
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped, SystemNotice, TextSpan
from assay.readers.threads import Chains
from assay.readers.tree import ExportFile

CHATS: Final = ("chats.list.item", "left_chats.list.item")
MEDIA: Final = ("photo", "file", "media_type", "location_information", "contact_information", "sticker_emoji")
Item = tuple[str, Mapping[str, Any], dict[str, Any]]


def sniff(look: Look) -> int:
    for shape in look.shapes:
        if shape.has("name", "type", "id", "messages") and shape.prefixes & {"messages.item.date", "messages.item.id"}:
            return CERTAIN
        if "chats.list" in shape.prefixes:
            return CERTAIN
        if shape.has("about", "personal_information"):
            return LIKELY
    return NO


def read(export: Export) -> Iterator[Found]:
    members = [each for each in export.tree.members if each.name.endswith(".json")]
    chains = Chains()
    for member in members:
        for found in _items(export, member):
            if not isinstance(found, BadRecord):
                _note(chains, found[1], found[2])
    for member in members:
        for found in _items(export, member):
            yield found if isinstance(found, BadRecord) else _read(export, *found, chains)


def _items(export: Export, member: ExportFile) -> Iterator[Item | BadRecord]:
    """Every message with its chat."""
    shape = shape_of(export.head(member))
    if shape and not shape.prefixes & {"chats", "left_chats", "personal_information"}:
        root = export.root(member, before="messages")
        for found in export.items(member, "messages.item"):
            yield found if isinstance(found, BadRecord) else (found[0], root, found[1])
        return
    yield from export.grouped(member, CHATS, "messages")


def _identity(chat: Mapping[str, Any], number: object) -> str:
    return f"{text_of(chat.get('id'))}/{text_of(number)}"


def _note(chains: Chains, chat: Mapping[str, Any], item: Mapping[str, Any]) -> None:
    parent = item.get("reply_to_message_id")
    if parent and not item.get("reply_to_peer_id"):
        chains.note(_identity(chat, item.get("id")), _identity(chat, parent))


def _read(export: Export, where: str, chat: Mapping[str, Any], item: Mapping[str, Any], chains: Chains) -> Found:
    kind = item.get("type")
    if kind == "service":
        return Skipped(notices.of_kind(text_of(item.get("action"))) or SystemNotice.UNSUPPORTED)
    if kind == "unsupported":
        return Skipped(SystemNotice.UNSUPPORTED)
    try:
        return _message(export, where, chat, item, chains)
    except ValueError as error:
        return BadRecord(where, str(error))


def _message(export: Export, where: str, chat: Mapping[str, Any], item: Mapping[str, Any], chains: Chains) -> Found:
    text, quoted = _text(first(item, "text", "text_entities"))
    if not text and item.get("poll"):
        return Skipped(SystemNotice.UNSUPPORTED)
    if not text:
        return Skipped(SystemNotice.MEDIA if any(item.get(name) for name in MEDIA) else SystemNotice.EMPTY)
    source = text_of(first(item, "forwarded_from", "forwarded_from_id"))
    identity = _identity(chat, item.get("id"))
    who = text_of(item.get("from_id"))
    edited = first(item, "edited_unixtime", "edited")
    return IncomingMessage(
        external_id=identity,
        channel=text_of(chat.get("name")) or export.options.channel or f"chat {text_of(chat.get('id'))}",
        author=text_of(item.get("from")) or export.notes.unknown(who),
        sent_at=export.moment(first(item, "date_unixtime", "date")),
        text=text,
        thread=chains.root(identity),
        author_id=who or None,
        edited_at=export.moment(edited) if edited else None,
        quoted=(TextSpan(0, len(text)),) if source else quoted,
        forwarded_from=source or None,
        reactions=dict(_reaction(each) for each in objects(item.get("reactions"))),
        is_edit=bool(edited),
        where=where,
    )


def _text(value: object) -> tuple[str, tuple[TextSpan, ...]]:
    """Joined from its pieces, without the marks that nobody typed."""
    made = Joining()
    for piece in value if isinstance(value, list) else [value]:
        if isinstance(piece, str):
            made.add(piece)
            continue
        entity = mapping(piece)
        words = text_of(entity.get("text"))
        address = text_of(entity.get("href"))
        made.add(words, is_quoted=entity.get("type") == "blockquote")
        if entity.get("type") == "text_link" and address and address != words:
            made.add(f" ({address})")
    return made.stripped()


def _reaction(reaction: Mapping[str, Any]) -> tuple[str, list[str]]:
    people = (text_of(each.get("from")) for each in objects(reaction.get("recent")))
    return text_of(first(reaction, "emoji", "type")), [each for each in people if each]


READER: Final = Reader("telegram", "Telegram export", sniff, read)
