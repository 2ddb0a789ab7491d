"""Chat logs as plain text.

    [2026-03-02 09:14] <ana> text          09:14 <ana> text   (after a line that names the day)
    2026-03-02 09:14:05 ana: text          02/03/2026 09:14 ana: text

A line about the chat itself, without an author, is skipped with its kind. Every pattern is a fixed sequence, so that
no line takes long to judge.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from assay.lines import Line
from assay.readers import notices, stamps
from assay.readers.export import Export, day_in
from assay.readers.identity import Places
from assay.readers.logs import Header, Judged, LogReader, Speech
from assay.readers.reader import CERTAIN, LIKELY, NO, Glance, Look, Reader
from assay.readers.records import MAX_NAME, Found, Skipped
from assay.readers.timestamps import header_day
from assay.readers.tree import ExportFile

STAMPS: Final = {
    "dated": stamps.DATED,
    "chat": stamps.CHAT,
    "named": stamps.NAMED,
    "yearless": stamps.YEARLESS,
    "bare": stamps.BARE,
}
DATELESS: Final = frozenset({"yearless", "bare"})
ABOUT_THE_CHAT: Final = re.compile(r"(?:\*\*\*|---|-!-|-->|<--|--|=!=|<-|->|==)(?:\s|$)|-[^\s-][^\s]{0,60}-\s")
ACTING: Final = re.compile(r"(?:\*\s+|Action: )[@+%&~!]?(?P<nick>\S+)(?:\s+(?P<words>.*)|$)", re.DOTALL)
BRACKETED: Final = re.compile(r"<[ @+%&~!]?(?P<nick>[^<>]+)>\s?")
NAMED: Final = re.compile(r"(?P<nick>[^:<>]+):(?: |$)")
HAPPENING: Final = re.compile(
    r"(?:\([^)]{0,100}\) |\[[^\]]{0,100}\] )?(?:has |have |was |is )?(?:joined|left|quit|now known as|kicked|sets? mode"
    r"|gives |removes |changed? the topic|changes topic|changes topic to|parts?\b|sets? the topic|disconnected)",
    re.IGNORECASE,
)
FROM_THE_CLIENT: Final = re.compile(
    r"(?:Nick change: |Topic changed? on |[#&]\S+: mode change |\S+ [(\[][^()\[\]\s]{0,100}@[^()\[\]\s]{0,100}[)\]] "
    r"|\S+ kicked from [#&]|\*\s+(?:(?:Joins|Parts|Quits): |Now talking (?:on|in) "
    r"|Topic (?:for|is|of) |You have (?:joined|left) ))"
)
"""Lines about the chat without a mark of their own, or with that of an action."""
TAB: Final = "\t"
RENAMED: Final = re.compile(
    r"(?P<old>[^\s:]+) (?:is now known as|changed (?:his|her|their|the) nick to|->) (?P<new>[^\s:]+)"
)
JOINED: Final = re.compile(r"(?:Joins?: )(?P<first>\S+)|(?P<second>\S+) (?:[(\[][^)\]]{0,120}[)\]] )?(?:has )?joined\b")
IDENT: Final = "Session Ident: "
"""mIRC says so which channel the log is of."""
IRC_PREFIXES: Final = "@+%&~! "
IRC_CHANNEL: Final = re.compile(
    r"(?P<name>[#&][^/]*?)(?:[-_.]?\d{4}[-_.]?\d\d[-_.]?\d\d)?(?:\.(?:weechatlog|log|txt|gz))*$"
)


def sniff_irc(look: Look) -> int:
    return look.best(lambda glance: _judge(glance, is_irc=True))


def sniff_log(look: Look) -> int:
    return look.best(lambda glance: _judge(glance, is_irc=False))


def _judge(glance: Glance, *, is_irc: bool) -> int:
    if glance.is_binary:
        return NO
    kind, hits = recognised(glance.lines)
    if kind is None:
        return NO
    share = hits / len(glance.lines)
    score = CERTAIN - 10 if share > 0.5 else LIKELY if share > 0.2 else 30
    looks_so = sum(_looks_like_irc(line) for line in glance.lines) > hits / 2
    return score + 5 * (looks_so == is_irc) - 5 * (looks_so != is_irc)


def _looks_like_irc(line: str) -> bool:
    head = stamps.head_of(stamps.without_marks(line))
    stamp = next((found for pattern in STAMPS.values() if (found := pattern.match(head))), None)
    if stamp is None:
        return False
    rest = head[stamp.end() :]
    return (
        rest.startswith(TAB) or ABOUT_THE_CHAT.match(rest.lstrip()) is not None or bool(BRACKETED.match(rest.lstrip()))
    )


def recognised(texts: Sequence[str]) -> tuple[str | None, int]:
    """The kind of stamp that most of these lines are written with, and how many are."""
    heads = [stamps.head_of(stamps.without_marks(text)) for text in texts]
    hits = {name: sum(_says_something(pattern, head) for head in heads) for name, pattern in STAMPS.items()}
    best = max(hits, key=lambda name: hits[name])
    return (best, hits[best]) if hits[best] else (None, 0)


def _says_something(pattern: re.Pattern[str], head: str) -> bool:
    stamp = pattern.match(head)
    if stamp is None:
        return False
    rest = head[stamp.end() :]
    return bool(rest.startswith(TAB) or speaker(rest.lstrip()) or ABOUT_THE_CHAT.match(rest.lstrip()))


def speaker(rest: str) -> tuple[str, str] | None:
    """Who says what, where a line has a speaker."""
    if ABOUT_THE_CHAT.match(rest) or FROM_THE_CLIENT.match(rest):
        return None
    if acting := ACTING.match(rest):
        words = acting["words"] or ""
        return None if HAPPENING.match(words) else (acting["nick"], words)
    found = BRACKETED.match(rest) or NAMED.match(rest)
    return (found["nick"].strip(), rest[found.end() :]) if found else None


def read_irc(export: Export) -> Iterator[Found]:
    return _read(export, is_irc=True)


def read_log(export: Export) -> Iterator[Found]:
    return _read(export, is_irc=False)


def _read(export: Export, *, is_irc: bool) -> Iterator[Found]:
    kinds = {member: recognised(stamps.sampled(export, member))[0] for member in export.tree.members}
    members = [member for member, kind in kinds.items() if kind]
    order = stamps.order_of(export, members, stamps.DATED)
    places = Places()
    for member in members:
        people = People() if is_irc else None
        judge = _Judge(export, kinds[member] or "dated", order, _first_day(export, member), people)
        yield from LogReader(export, member, _channel(export, member), judge, places.named).read()


def _first_day(export: Export, member: ExportFile) -> date | None:
    if day := day_in(member.name):
        return day
    return export.options.moment.date() if export.options.moment else None


def _channel(export: Export, member: ExportFile) -> str:
    """From the name of the file or its folder, as IRC clients name them."""
    if export.options.channel:
        return export.options.channel
    path = export.tree.path.absolute()
    above = path.parent.name if export.tree.is_single else path.name
    parts = (member.name, *PurePosixPath(member.folder).parts[::-1], above)
    for part in parts:
        if (found := IRC_CHANNEL.search(part)) and len(found["name"]) > 1:
            return found["name"][:MAX_NAME]
    return export.channel_of(member)


@dataclass(slots=True)
class People:
    """Who is who within a file of IRC: a nick that was changed is the same person under the new one."""

    _ids: dict[str, str] = field(default_factory=dict)
    _gone: dict[str, str] = field(default_factory=dict)

    def identity(self, nick: str) -> str:
        return self._ids.setdefault(nick.casefold(), nick.casefold())

    def renamed(self, old: str, new: str) -> None:
        identity = self.identity(old)
        self._ids[new.casefold()] = identity
        self._gone[old.casefold()] = identity

    def joined(self, nick: str) -> None:
        """A nick that somebody gave up and another takes is another person."""
        key = nick.casefold()
        if key in self._gone:
            del self._gone[key]
            taken = set(self._ids.values())
            self._ids[key] = next(each for number in range(2, 10_000) if (each := f"{key}/{number}") not in taken)


@dataclass(slots=True)
class _Judge:
    export: Export
    kind: str
    order: str | None
    day: date | None
    people: People | None

    def __call__(self, line: Line) -> Judged:
        text = stamps.without_marks(line.text)
        head = stamps.head_of(text)
        if stamp := STAMPS[self.kind].match(head):
            return self._stamped(stamp, text[stamp.end() :])
        if self.kind in DATELESS and (day := header_day(head)):
            self.day = day
            return Header()
        return Header() if self.people and head.startswith(IDENT) else None

    def _stamped(self, stamp: re.Match[str], rest: str) -> Judged:
        if self.kind in DATELESS and (day := header_day(rest)):
            self.day = day
            return Header()
        spoken = self._tabbed(rest[1:]) if rest.startswith(TAB) else speaker(rest.lstrip())
        if spoken is None:
            return self._notice(rest)
        author, words = spoken
        author = author.strip()
        moment = stamps.moment(self.export, stamp, self.order, self.day)
        return Speech(moment, author, words, self.people.identity(author) if self.people else None)

    def _tabbed(self, rest: str) -> tuple[str, str] | None:
        """WeeChat: a prefix, a tab, the words."""
        prefix, tab, words = rest.partition(TAB)
        prefix = prefix.strip()
        if not tab or ABOUT_THE_CHAT.match(f"{prefix} ") or not prefix:
            return None
        if prefix == "*":
            return speaker(f"* {words}")
        return prefix.lstrip(IRC_PREFIXES), words

    def _notice(self, rest: str) -> Skipped:
        words = " ".join(rest.replace("\t", " ").split())
        if self.people:
            bare = re.sub(r"^(?:\*{1,3}|---|-!-|-->|<--|--|Nick change:) ", "", words)
            if found := RENAMED.search(bare.removeprefix("Nick change: ")):
                self.people.renamed(found["old"].lstrip(IRC_PREFIXES), found["new"].rstrip("."))
            elif found := JOINED.match(bare):
                self.people.joined(found["first"] or found["second"])
        return Skipped(notices.of_words(words))


IRC: Final = Reader("irc", "IRC log", sniff_irc, read_irc)
LOG: Final = Reader("log", "chat log", sniff_log, read_log)
