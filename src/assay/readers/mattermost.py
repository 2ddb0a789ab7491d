"""Mattermost: the JSON lines of its bulk export, also in their zip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from assay.readers import notices
from assay.readers.export import Export
from assay.readers.fields import first, mapping, objects, strings, text_of
from assay.readers.quotes import Joining
from assay.readers.reader import CERTAIN, LIKELY, NO, Glance, Look, Reader
from assay.readers.records import MAX_NAME, BadRecord, Found, IncomingMessage, Skipped, SystemNotice, digest
from assay.readers.tree import ExportFile

KINDS: Final = (
    "version",
    "team",
    "channel",
    "user",
    "post",
    "direct_post",
    "direct_channel",
    "role",
    "scheme",
    "emoji",
    "bot",
)


def sniff(look: Look) -> int:
    return look.best(_judge)


def _judge(glance: Glance) -> int:
    shape = glance.shape
    if shape is None or shape.is_list or "type" not in shape.prefixes:
        return NO
    if shape.strings.get("type") == "version" and "version" in shape.prefixes:
        return CERTAIN
    return LIKELY if shape.has("post.message", "post.create_at") or shape.has("direct_post.message") else NO


@dataclass(slots=True)
class _Server:
    export: Export
    people: dict[str, str] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)

    def take(self, kind: str, fields: Mapping[str, Any]) -> None:
        name = text_of(fields.get("username"))
        full = f"{text_of(fields.get('first_name'))} {text_of(fields.get('last_name'))}".strip()
        self.people[name] = text_of(first(fields, "nickname", "display_name")) or full or name
        if kind == "bot":
            self.bots.add(name)

    def person(self, username: str) -> str:
        return self.people.get(username) or username


def read(export: Export) -> Iterator[Found]:
    server = _Server(export)
    for member in export.tree.members:
        if export.tree.is_single or member.name.endswith((".jsonl", ".json", ".ndjson")):
            yield from _file(export, server, member)


def _file(export: Export, server: _Server, member: ExportFile) -> Iterator[Found]:
    for found in export.records(member):
        if isinstance(found, BadRecord):
            yield found
            continue
        where, record = found
        kind = text_of(record.get("type"))
        fields = mapping(record.get(kind))
        if kind in ("user", "bot"):
            server.take(kind, fields)
        elif kind in ("post", "direct_post"):
            yield from _post(server, where, kind, fields)
        elif kind not in KINDS:
            export.notes.warn(f"Lines of the type {kind[:40]!r} are not read.")


def _post(server: _Server, where: str, kind: str, post: Mapping[str, Any]) -> Iterator[Found]:
    members = post.get("channel_members")
    if kind == "direct_post":
        place, channel = "direct", ", ".join(sorted(strings(members)))[:MAX_NAME] or "direct"
    else:
        place, channel = text_of(post.get("team")), text_of(post.get("channel"))
    yield _message(server, where, post, place, channel, None)
    root = _identity(post, place, channel, None)
    for number, reply in enumerate(objects(post.get("replies")), 1):
        yield _message(server, f"{where}, reply {number:,}", reply, place, channel, root)


def _identity(post: Mapping[str, Any], place: str, channel: str, root: str | None) -> str:
    """The format has no ids: what Mattermost itself tells posts apart by."""
    return digest("mattermost", place, channel, text_of(post.get("user")), str(post.get("create_at")), root or "")


def _message(server: _Server, where: str, post: Mapping[str, Any], place: str, channel: str, root: str | None) -> Found:
    kind = text_of(post.get("type"))
    if kind.startswith("system_"):
        return Skipped(notices.of_kind(kind) or SystemNotice.CHANNEL)
    props = mapping(post.get("props"))
    user = text_of(post.get("user"))
    is_bot = user in server.bots or any(
        str(props.get(name)).casefold() == "true" for name in ("from_webhook", "from_bot")
    )
    text, quoted = _text(post, props, is_bot=is_bot)
    if not text:
        return Skipped(SystemNotice.MEDIA if post.get("attachments") else SystemNotice.EMPTY)
    edited = post.get("edit_at")
    try:
        return IncomingMessage(
            external_id=_identity(post, place, channel, root),
            channel=channel or server.export.channel,
            author=text_of(props.get("override_username")) or server.person(user),
            author_id=user if not props.get("override_username") else None,
            sent_at=server.export.moment(post.get("create_at")),
            text=text,
            quoted=quoted,
            thread=root,
            is_bot=is_bot,
            edited_at=server.export.moment(edited) if edited else None,
            reactions=_reactions(server, post),
            is_edit=bool(edited),
            where=where,
        )
    except ValueError as error:
        return BadRecord(where, str(error))


def _text(post: Mapping[str, Any], props: Mapping[str, Any], *, is_bot: bool) -> tuple[str, Any]:
    made = Joining()
    made.paragraph(text_of(post.get("message")))
    for attached in objects(props.get("attachments")):
        said = "\n".join(filter(None, (text_of(attached.get(name)) for name in ("pretext", "title", "text"))))
        made.paragraph(said or text_of(attached.get("fallback")), is_quoted=not is_bot)
    return made.stripped()


def _reactions(server: _Server, post: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in objects(post.get("reactions")):
        found.setdefault(text_of(each.get("emoji_name")), []).append(server.person(text_of(each.get("user"))))
    return found


READER: Final = Reader("mattermost", "Mattermost export", sniff, read)
