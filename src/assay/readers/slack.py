"""Slack exports: the zip or its folder, also packed again, one day alone, and the dumps of slackdump."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from assay.readers import notices, slack_markup
from assay.readers.export import Export
from assay.readers.fields import first, mapping, objects, strings, text_of
from assay.readers.quotes import Joining
from assay.readers.reader import CERTAIN, NO, Glance, Look, Reader
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped, SystemNotice, TextSpan
from assay.readers.tree import ExportFile

LISTS: Final = ("channels.json", "groups.json", "dms.json", "mpims.json")
PEOPLE: Final = ("users.json", "org_users.json")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d\.json$")
STAMP: Final = re.compile(r"\d{9,11}\.\d{6}")
WORDS: Final = frozenset(
    {"", "bot_message", "me_message", "thread_broadcast", "reply_broadcast", "file_share", "file_comment"}
)
DELETED: Final = frozenset({"tombstone", "message_deleted"})
NOTICES: Final = frozenset(
    {
        *("pinned_item", "unpinned_item", "bot_add", "bot_remove", "bot_enable", "bot_disable", "sh_room_created"),
        *("reminder_add", "huddle_thread", "tabbed_canvas_updated"),
    }
)
SLACKBOT: Final = "USLACKBOT"


def sniff(look: Look) -> int:
    has_lists = bool(look.names.intersection((*LISTS, *PEOPLE)))
    if has_lists and any(DAY.fullmatch(name) for name in look.names):
        return CERTAIN
    return look.best(_judge)


def _judge(glance: Glance) -> int:
    shape = glance.shape
    if shape is None:
        return NO
    for at in ("item.", "messages.item."):
        if shape.has(f"{at}ts", f"{at}type") and STAMP.fullmatch(shape.strings.get(f"{at}ts", "")):
            return CERTAIN - 5
    return NO


@dataclass(slots=True)
class _Workspace:
    """Who and what the ids in an export stand for."""

    export: Export
    people: dict[str, str] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)
    channels: dict[str, str] = field(default_factory=dict)
    """Ids by names, and by themselves."""
    names: dict[str, str] = field(default_factory=dict)
    """Names of channels by their ids."""

    def fill(self) -> None:
        for member in self.export.tree.named(*PEOPLE):
            for user in self.export.listed(member):
                self._take_person(user)
        for member in self.export.tree.named(*LISTS):
            for channel in self.export.listed(member):
                self._take_channel(channel)

    def _take_person(self, user: Mapping[str, Any]) -> None:
        identity = text_of(user.get("id"))
        profile = mapping(user.get("profile"))
        name = first(profile, "display_name", "real_name") or first(user, "real_name", "name")
        if identity and isinstance(name, str):
            self.people[identity] = name
        if user.get("is_bot") is True:
            self.bots.add(identity)

    def _take_channel(self, channel: Mapping[str, Any]) -> None:
        identity = text_of(channel.get("id"))
        members = channel.get("members")
        given = text_of(channel.get("name"))
        who = [self.person(each) for each in strings(members)]
        name = ", ".join(sorted(who))[:200] if who and (not given or given.startswith("mpdm-")) else given or identity
        self.names[identity] = name
        self.channels.update({identity: identity, given or identity: identity})

    def person(self, identity: str) -> str:
        if identity == SLACKBOT:
            return "Slackbot"
        return self.people.get(identity) or self.export.notes.unknown(identity)

    def channel(self, identity: str) -> str:
        return self.names.get(identity, identity)


def read(export: Export) -> Iterator[Found]:
    space = _Workspace(export)
    space.fill()
    for member in export.tree.members:
        if member.name in (*LISTS, *PEOPLE) or not member.name.endswith(".json"):
            continue
        if export.tree.is_single or DAY.fullmatch(member.name):
            yield from _day(export, space, member)
        elif re.fullmatch(r"[CDG][A-Z0-9]{6,}.*\.json", member.name):
            yield from _dump(export, space, member)


def _day(export: Export, space: _Workspace, member: ExportFile) -> Iterator[Found]:
    if export.begins(member) == "{":
        yield from _dump(export, space, member)
        return
    folder = PurePosixPath(member.folder).name or (export.channel if export.tree.is_single else "")
    identity = space.channels.get(folder, folder)
    yield from _messages(export, member, "item", _Place(export, space, identity, _named(export, space, identity)))


def _dump(export: Export, space: _Workspace, member: ExportFile) -> Iterator[Found]:
    """One file of slackdump holds a channel."""
    root = export.root(member, before="messages")
    identity = text_of(first(root, "channel_id", "id")) or PurePosixPath(member.name).stem
    name = export.options.channel or text_of(root.get("name")) or space.channel(identity)
    yield from _messages(export, member, "messages.item", _Place(export, space, identity, name))


def _named(export: Export, space: _Workspace, identity: str) -> str:
    return space.names.get(identity) or export.options.channel or identity


def _messages(export: Export, member: ExportFile, prefix: str, place: "_Place") -> Iterator[Found]:
    for found in export.items(member, prefix):
        if isinstance(found, BadRecord):
            yield found
            continue
        where, item = found
        yield from place.read(where, item)
        for number, reply in enumerate(objects(item.get("slackdump_thread_replies")), 1):
            if reply.get("ts") != item.get("ts"):
                yield from place.read(f"{where}, reply {number:,}", reply)


@dataclass(frozen=True, slots=True)
class _Place:
    """A channel whose messages are read."""

    export: Export
    space: _Workspace
    identity: str
    name: str

    def read(self, where: str, item: Mapping[str, Any], *, is_version: bool = False) -> Iterator[Found]:
        subtype = text_of(item.get("subtype"))
        if subtype == "message_changed":
            before, after = mapping(item.get("previous_message")), mapping(item.get("message"))
            if before.get("text"):
                yield from self.read(where, before)
            yield from self.read(where, after, is_version=bool(before.get("text")))
        elif kind := _notice(item, subtype):
            ts = text_of(item.get("deleted_ts")) or text_of(item.get("ts"))
            deleted = kind is SystemNotice.DELETED and STAMP.fullmatch(ts)
            yield Skipped(kind, f"{self.identity}/{ts}" if deleted else None)
        else:
            try:
                yield self._message(where, item, is_version=is_version)
            except ValueError as error:
                yield BadRecord(where, str(error))

    def _message(self, where: str, item: Mapping[str, Any], *, is_version: bool) -> Found:
        ts = text_of(item.get("ts"))
        if not STAMP.fullmatch(ts):
            raise ValueError(f"The ts {ts[:40]!r} is none, like 1772445660.000200.")
        author, author_id, is_bot = self._author(item)
        if not author:
            return Skipped(SystemNotice.UNSUPPORTED)
        text, quoted = self._text(item, is_bot=is_bot)
        if not text:
            return Skipped(SystemNotice.MEDIA if item.get("files") or item.get("file") else SystemNotice.EMPTY)
        root = text_of(item.get("thread_ts"))
        edited = mapping(item.get("edited")).get("ts")
        return IncomingMessage(
            external_id=f"{self.identity}/{ts}",
            channel=self.name,
            author=author,
            sent_at=self.export.moment(ts),
            text=text,
            thread=f"{self.identity}/{root}" if root and root != ts else None,
            is_bot=is_bot,
            author_id=author_id,
            edited_at=self.export.moment(edited) if edited else None,
            quoted=quoted,
            permalink=item.get("permalink") if isinstance(item.get("permalink"), str) else None,
            reactions=dict(map(self._reaction, objects(item.get("reactions")))),
            is_edit=bool(edited),
            is_version=is_version,
            where=where,
        )

    def _reaction(self, reaction: Mapping[str, Any]) -> tuple[str, list[str]]:
        return text_of(reaction.get("name")), [self.space.person(each) for each in strings(reaction.get("users"))]

    def _author(self, item: Mapping[str, Any]) -> tuple[str, str, bool]:
        """Name, id, and whether it is a bot."""
        bot = text_of(item.get("bot_id"))
        user = text_of(item.get("user")) or text_of(mapping(item.get("comment")).get("user"))
        if bot or item.get("subtype") == "bot_message":
            name = text_of(item.get("username")) or text_of(mapping(item.get("bot_profile")).get("name"))
            return name or self.space.people.get(user) or bot or user, bot or user or name, True
        if not user or user == "U00":
            return "", "", False
        profile = mapping(item.get("user_profile"))
        name = self.space.people.get(user) or first(profile, "display_name", "real_name", "name")
        if isinstance(name, str) and name:
            self.space.people.setdefault(user, name)
        name = self.space.person(user)
        return name, user, user in self.space.bots or user == SLACKBOT

    def _text(self, item: Mapping[str, Any], *, is_bot: bool) -> tuple[str, tuple[TextSpan, ...]]:
        made = Joining()
        comment = text_of(mapping(item.get("comment")).get("comment"))
        made.paragraph(
            self._rendered(text_of(item.get("text")) or comment or slack_markup.of_blocks(item.get("blocks")))
        )
        for attached in objects(item.get("attachments")):
            made.paragraph(self._rendered(_attached(attached)), is_quoted=not is_bot)
        return made.stripped()

    def _rendered(self, text: str) -> str:
        return slack_markup.rendered(text, self.space.person, self.space.channel)


def _notice(item: Mapping[str, Any], subtype: str) -> SystemNotice | None:
    if subtype in DELETED or (item.get("text") == "This message was deleted." and item.get("user") == SLACKBOT):
        return SystemNotice.DELETED
    if item.get("type", "message") != "message":
        return SystemNotice.UNSUPPORTED
    if subtype.startswith(("channel_", "group_")) or subtype in NOTICES:
        return notices.of_kind(subtype) or SystemNotice.CHANNEL
    if subtype not in WORDS and not item.get("text"):
        return notices.of_kind(subtype) or SystemNotice.UNSUPPORTED
    return None


def _attached(attached: Mapping[str, Any]) -> str:
    parts = [text_of(attached.get(name)) for name in ("pretext", "title", "text")]
    fields = objects(attached.get("fields"))
    parts += [f"{text_of(each.get('title'))}: {text_of(each.get('value'))}".strip(": ") for each in fields]
    said = "\n".join(part for part in parts if part)
    return said or slack_markup.of_blocks(attached.get("blocks")) or text_of(attached.get("fallback"))


READER: Final = Reader("slack", "Slack export", sniff, read)
