"""Zulip: the archive that an organization exports."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from assay.readers.export import Export
from assay.readers.fields import number, objects, text_of
from assay.readers.reader import CERTAIN, NO, Look, Reader
from assay.readers.records import MAX_NAME, BadRecord, Found, IncomingMessage, Skipped, SystemNotice, TextSpan
from assay.readers.tree import ExportFile

REALM: Final = "realm.json"
MESSAGES: Final = re.compile(r"messages-\d+\.json(?:\.partial)?$")
MENTION: Final = re.compile(r"(?P<mark>[@#])_?\*\*(?P<name>[^*\n|]{1,200})(?:\|\d+)?\*\*")
QUOTE: Final = re.compile(r"^(?P<fence>`{3,})quote\n.*?^(?P=fence)`*$", re.MULTILINE | re.DOTALL)
ATTACHED: Final = re.compile(r"\[[^\[\]]*\]\(/user_uploads/[^()\s]+\)")
PERSONAL, STREAM, GROUP = 1, 2, 3


def sniff(look: Look) -> int:
    if any(shape.has("zerver_message") for shape in look.shapes):
        return CERTAIN
    return CERTAIN if REALM in look.names and any(map(MESSAGES.fullmatch, look.names)) else NO


@dataclass(slots=True)
class _Realm:
    export: Export
    people: dict[int, str] = field(default_factory=dict)
    bots: set[int] = field(default_factory=set)
    streams: dict[int, str] = field(default_factory=dict)
    recipients: dict[int, tuple[int, int]] = field(default_factory=dict)
    groups: dict[int, list[int]] = field(default_factory=dict)

    def fill(self, member: ExportFile) -> None:
        for name in ("zerver_userprofile", "zerver_userprofile_crossrealm", "zerver_userprofile_mirrordummy"):
            for user in self.export.listed(member, f"{name}.item"):
                self._take_person(user)
        for stream in self.export.listed(member, "zerver_stream.item"):
            self.streams[number(stream.get("id"))] = text_of(stream.get("name"))
        for each in self.export.listed(member, "zerver_recipient.item"):
            self.recipients[number(each.get("id"))] = number(each.get("type")), number(each.get("type_id"))
        for each in self.export.listed(member, "zerver_subscription.item"):
            if self.recipients.get(number(each.get("recipient")), (0, 0))[0] == GROUP:
                self.groups.setdefault(number(each.get("recipient")), []).append(number(each.get("user_profile")))

    def _take_person(self, user: Mapping[str, Any]) -> None:
        self.people[number(user.get("id"))] = text_of(user.get("full_name")) or text_of(user.get("email"))
        if user.get("is_bot") is True:
            self.bots.add(number(user.get("id")))

    def person(self, identity: int) -> str:
        return self.people.get(identity) or self.export.notes.unknown(text_of(identity))

    def channel(self, recipient: int, sender: int) -> tuple[str, bool]:
        """Its name, and whether it has topics."""
        kind, target = self.recipients.get(recipient, (0, 0))
        if kind == STREAM:
            return self.streams.get(target) or f"stream {target}", True
        who = [sender, target] if kind == PERSONAL else self.groups.get(recipient, [sender])
        return ", ".join(sorted({self.person(each) for each in who}))[:MAX_NAME], False


def read(export: Export) -> Iterator[Found]:
    realm = _Realm(export)
    for member in export.tree.named(REALM):
        realm.fill(member)
    for member in export.tree.members:
        if not (MESSAGES.fullmatch(member.name) or export.tree.is_single):
            continue
        for found in export.items(member, "zerver_message.item"):
            if isinstance(found, BadRecord):
                yield found
                continue
            try:
                yield from _versions(realm, *found)
            except (ValueError, TypeError, KeyError) as error:
                yield BadRecord(found[0], str(error))


def _versions(realm: _Realm, where: str, item: Mapping[str, Any]) -> Iterator[Found]:
    """Earlier wordings first, where the export has them."""
    text = text_of(item.get("content"))
    if not ATTACHED.sub("", text).strip():
        yield Skipped(SystemNotice.MEDIA if text.strip() else SystemNotice.EMPTY)
        return
    edits = objects(_history(item.get("edit_history")))
    earlier = [text_of(each["prev_content"]) for each in reversed(edits) if each.get("prev_content")]
    for place, words in enumerate([*earlier, text]):
        edited = edits[0].get("timestamp") if earlier and place == len(earlier) else None
        yield _message(realm, where, item, words, edited, is_version=place > 0)


def _history(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return []


def _message(
    realm: _Realm, where: str, item: Mapping[str, Any], words: str, edited: object, *, is_version: bool
) -> IncomingMessage:
    sender = number(item.get("sender"))
    channel, has_topics = realm.channel(number(item.get("recipient")), sender)
    subject = text_of(item.get("subject"))
    text = MENTION.sub(lambda found: f"{found['mark']}{found['name']}", words.replace("\r\n", "\n")).strip()
    return IncomingMessage(
        external_id=text_of(item.get("id")),
        channel=realm.export.options.channel or channel or realm.export.channel,
        author=realm.person(sender),
        author_id=text_of(sender) or None,
        sent_at=realm.export.moment(item.get("date_sent")),
        text=text,
        quoted=tuple(TextSpan(*found.span()) for found in QUOTE.finditer(text)),
        thread=f"{channel}/{subject}"[:MAX_NAME] if has_topics and subject else None,
        is_bot=sender in realm.bots,
        edited_at=realm.export.moment(edited) if edited else None,
        is_edit=bool(edited),
        is_version=is_version,
        where=where,
    )


READER: Final = Reader("zulip", "Zulip export", sniff, read)
