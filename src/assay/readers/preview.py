"""What an export holds, counted while it is read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from assay.readers.reading import Reading, plain
from assay.readers.records import MAX_NAME, BadRecord, Found, IncomingMessage, Skipped, unfit

MAX_BAD: Final = 20
MAX_CHANNELS: Final = 10_000
MAX_PEOPLE: Final = 10_000
"""Of a channel, that are named."""
MAX_NAMED: Final = 200_000
"""Of all channels."""
MAX_SENTENCE: Final = 1_000
MAX_THREADS: Final = 5_000_000
MAX_DELETED: Final = 1_000_000


@dataclass(slots=True)
class ChannelSeen:
    """What a channel holds."""

    messages: int = 0
    people: dict[str, str] = field(default_factory=dict)
    """Names by what people are known by."""
    bots: dict[str, str] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def take(self, message: IncomingMessage, *, names: bool) -> bool:
        """Counts a message, and says whether its author is a new one. `names`: whether there is room for one."""
        self.messages += not message.is_version
        who = self.bots if message.is_bot else self.people
        before = len(who)
        if names and before < MAX_PEOPLE:
            who.setdefault(message.author_id or message.author, message.author)
        self.first = min(self.first or message.sent_at, message.sent_at)
        self.last = max(self.last or message.sent_at, message.sent_at)
        return len(who) > before

    def document(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "messages": self.messages,
            "people": list(dict.fromkeys(self.people.values())),
            "bots": list(dict.fromkeys(self.bots.values())),
            "first": _shown(self.first),
            "last": _shown(self.last),
        }


def _shown(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


@dataclass(slots=True)
class Preview:
    """What was understood of an export so far. `new`, `edited` and `known` are for whoever knows the database."""

    reading: Reading
    channels: dict[str, ChannelSeen] = field(default_factory=dict)
    named: int = 0
    threads: set[int] = field(default_factory=set)
    edits: int = 0
    reactions: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    deleted_ids: list[str] = field(default_factory=list)
    """What messages were known by that are deleted now, as far as the export says so."""
    bad: list[BadRecord] = field(default_factory=list)
    bad_records: int = 0
    new: int = 0
    edited: int = 0
    known: int = 0

    def counted(self) -> Iterator[IncomingMessage]:
        """The messages of the export, each counted before it is given on."""
        for found in self.reading.found():
            self.take(found)
            if isinstance(found, IncomingMessage):
                yield found

    def take(self, found: Found) -> None:
        if isinstance(found, IncomingMessage):
            self._take_message(found)
        elif isinstance(found, Skipped):
            self.skipped[found.kind] += 1
            if (
                found.external_id
                and len(self.deleted_ids) < MAX_DELETED
                and not unfit("id", found.external_id, MAX_NAME)
            ):
                self.deleted_ids.append(found.external_id)
        else:
            self.bad_records += 1
            if len(self.bad) < MAX_BAD:
                self.bad.append(found)

    def _take_message(self, message: IncomingMessage) -> None:
        if message.channel in self.channels or len(self.channels) < MAX_CHANNELS:
            channel = self.channels.setdefault(message.channel, ChannelSeen())
            self.named += channel.take(message, names=self.named < MAX_NAMED)
        self.edits += message.is_edit or message.is_version
        self.reactions += bool(message.reactions)
        if message.thread is not None and len(self.threads) < MAX_THREADS:
            self.threads.add(hash((message.channel, message.thread)))

    @property
    def messages(self) -> int:
        return sum(each.messages for each in self.channels.values())

    @property
    def zone(self) -> str | None:
        """The one that bare times are read in; None where every time names its own."""
        export = self.reading.export
        return str(export.options.zone or "UTC") if export.notes.has_bare_times else None

    @property
    def warnings(self) -> list[str]:
        notes = self.reading.export.notes
        found = list(notes.warnings)
        if notes.has_bare_times and not self.reading.export.options.zone:
            found.append("Times name no zone and are read as UTC: --zone NAME names another, such as Europe/Berlin.")
        if notes.in_fallback:
            found.append(
                f"{notes.in_fallback:,} lines are no UTF-8 and are read as Windows-1252 (--encoding names another)."
            )
        if notes.nuls:
            found.append(f"{notes.nuls:,} NUL characters are left out.")
        if notes.unknown_ids:
            found.append(f"People without a name in the export, shown by their ids: {len(notes.unknown_ids):,}.")
        if self.reactions:
            found.append(f"Reactions to {self.reactions:,} messages are kept; they are no consent yet.")
        return found

    def document(self) -> dict[str, Any]:
        notes = self.reading.export.notes
        return {
            "format": self.reading.reader.name,
            "encoding": notes.encoding,
            "zone": self.zone,
            "day_order": notes.day_order,
            "channels": [each.document(name) for name, each in self.channels.items()],
            "threads": len(self.threads),
            "edits": self.edits,
            "skipped": dict(self.skipped),
            "bad": [{"where": plain(each.where, MAX_NAME), "why": plain(each.why, MAX_SENTENCE)} for each in self.bad],
            "bad_records": self.bad_records,
            "unknown_ids": [plain(each, MAX_NAME) for each in notes.unknown_ids],
            "warnings": [plain(each, MAX_SENTENCE) for each in self.warnings],
            "new": self.new,
            "edited": self.edited,
            "known": self.known,
        }


def preview(reading: Reading) -> Preview:
    """Reads all of it and keeps only the counts."""
    found = Preview(reading)
    for _ in found.counted():
        pass
    return found
