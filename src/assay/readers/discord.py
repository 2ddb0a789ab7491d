"""Discord: the JSON of DiscordChatExporter, a file each channel and thread, also in parts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from assay.readers import notices
from assay.readers.export import Export
from assay.readers.fields import first, mapping, objects, text_of
from assay.readers.quotes import Joining
from assay.readers.reader import CERTAIN, NO, Look, Reader
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped, SystemNotice, TextSpan
from assay.readers.threads import Chains
from assay.readers.tree import ExportFile

WORDS: Final = frozenset({"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "0", "19", "20", "23"})
MENTION: Final = re.compile(r"<(?:@!?(?P<person>\d{1,20})|#(?P<channel>\d{1,20})|a?:(?P<emoji>\w{1,50}):\d{1,20})>")


def sniff(look: Look) -> int:
    has = any(shape.has("guild", "channel", "messages") for shape in look.shapes)
    return CERTAIN if has else NO


@dataclass(slots=True)
class _Names:
    people: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)

    def take(self, item: Mapping[str, Any]) -> None:
        for each in (mapping(item.get("author")), *objects(item.get("mentions"))):
            if (identity := text_of(each.get("id"))) and (name := text_of(first(each, "nickname", "name"))):
                self.people.setdefault(identity, name)

    def rendered(self, text: str) -> str:
        return MENTION.sub(self._named, text)

    def _named(self, found: re.Match[str]) -> str:
        if found["person"]:
            return f"@{self.people.get(found['person'], found['person'])}"
        if found["channel"]:
            return f"#{self.channels.get(found['channel'], found['channel'])}"
        return f":{found['emoji']}:"


def read(export: Export) -> Iterator[Found]:
    members = [each for each in export.tree.members if each.name.endswith(".json")]
    roots = {member: export.root(member, before="messages") for member in members}
    names, chains = _Names(), Chains()
    for member in members:
        channel = mapping(roots[member].get("channel"))
        names.channels[text_of(channel.get("id"))] = text_of(channel.get("name"))
        for found in export.items(member, "messages.item"):
            if not isinstance(found, BadRecord):
                _note(found[1], names, chains)
    for member in members:
        if "channel" in roots[member]:
            yield from _channel(export, member, roots[member], names, chains)


def _note(item: Mapping[str, Any], names: _Names, chains: Chains) -> None:
    names.take(item)
    parent = text_of(mapping(item.get("reference")).get("messageId"))
    if parent and item.get("type") == "Reply" and (identity := text_of(item.get("id"))):
        chains.note(identity, parent)


def _channel(
    export: Export, member: ExportFile, root: Mapping[str, Any], names: _Names, chains: Chains
) -> Iterator[Found]:
    channel, guild = mapping(root.get("channel")), mapping(root.get("guild"))
    is_thread = text_of(channel.get("type")).endswith("Thread")
    name = text_of(first(channel, "category", "name") if is_thread else channel.get("name")) or export.channel
    address = f"https://discord.com/channels/{text_of(guild.get('id')) or '@me'}/{text_of(channel.get('id'))}"
    for found in export.items(member, "messages.item"):
        if isinstance(found, BadRecord):
            yield found
            continue
        where, item = found
        try:
            message = _message(export, where, item, names)
        except ValueError as error:
            yield BadRecord(where, str(error))
            continue
        if isinstance(message, Skipped):
            yield message
            continue
        thread = text_of(channel.get("id")) if is_thread else chains.root(message["external_id"])
        yield IncomingMessage(**message, channel=name, thread=thread, permalink=f"{address}/{message['external_id']}")


def _message(export: Export, where: str, item: Mapping[str, Any], names: _Names) -> dict[str, Any] | Skipped:
    kind = text_of(item.get("type")) or "Default"
    author = mapping(item.get("author"))
    if kind not in WORDS:
        return Skipped(notices.of_kind(kind) or SystemNotice.UNSUPPORTED)
    text, quoted = _text(item, names, is_bot=author.get("isBot") is True)
    if not text and item.get("poll"):
        return Skipped(SystemNotice.UNSUPPORTED)
    if not text:
        return Skipped(SystemNotice.MEDIA if item.get("attachments") or item.get("stickers") else SystemNotice.EMPTY)
    identity = text_of(author.get("id"))
    edited = item.get("timestampEdited")
    return {
        "external_id": text_of(item.get("id")),
        "author": text_of(first(author, "nickname", "name")) or export.notes.unknown(identity),
        "author_id": identity or None,
        "sent_at": export.moment(item.get("timestamp")),
        "text": text,
        "quoted": quoted,
        "is_bot": author.get("isBot") is True,
        "edited_at": export.moment(edited) if edited else None,
        "is_edit": bool(edited),
        "reactions": dict(_reaction(each) for each in objects(item.get("reactions"))),
        "where": where,
    }


def _text(item: Mapping[str, Any], names: _Names, *, is_bot: bool) -> tuple[str, tuple[TextSpan, ...]]:
    made = Joining()
    made.paragraph(names.rendered(text_of(item.get("content"))))
    forwarded = mapping(item.get("forwardedMessage"))
    made.paragraph(names.rendered(text_of(forwarded.get("content"))), is_quoted=True)
    for embed in objects(item.get("embeds")) if is_bot or not made else []:
        said = [text_of(embed.get("title")), text_of(embed.get("description"))]
        said += [f"{text_of(each.get('name'))}: {text_of(each.get('value'))}" for each in objects(embed.get("fields"))]
        made.paragraph(names.rendered("\n".join(filter(None, said))), is_quoted=not is_bot)
    return made.stripped()


def _reaction(reaction: Mapping[str, Any]) -> tuple[str, list[str]]:
    people = (text_of(first(each, "nickname", "name")) for each in objects(reaction.get("users")))
    return text_of(mapping(reaction.get("emoji")).get("name")), [each for each in people if each]


READER: Final = Reader("discord", "Discord export", sniff, read)
