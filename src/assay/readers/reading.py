"""An export from its path to checked messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.errors import InvalidInput
from assay.lines import BUFFER
from assay.readers.export import Export
from assay.readers.formats import CLOSE, reader_named, recognised
from assay.readers.options import Options
from assay.readers.reader import Reader
from assay.readers.records import (
    MAX_ADDRESS,
    BadRecord,
    Found,
    IncomingMessage,
    Skipped,
    SystemNotice,
    TextSpan,
    is_unicode,
)
from assay.readers.tree import opened
from assay.text.homoglyphs import shows_nothing

MAX_REACTIONS: Final = 50
MAX_REACTING: Final = 100
MAX_REACTION: Final = 100
"""Characters of the name of a reaction, and of who reacted."""
NUL: Final = "\0"


@dataclass(frozen=True, slots=True)
class Reading:
    """An export whose format is known. It is read anew with each `messages()`."""

    export: Export
    reader: Reader

    def found(self) -> Iterator[Found]:
        """Everything in the export in its order: messages that may be stored, and what is none.

        Raises InvalidInput where nothing of it can be read; when that turns up in the middle, what came before stays
        good, and a `BadRecord` says so.
        """
        begun = False
        try:
            for each in self.reader.read(self.export):
                begun = True
                yield self._fit(each) if isinstance(each, IncomingMessage) else each
        except InvalidInput as refusal:
            if not begun:
                raise
            yield BadRecord("behind what was read", str(refusal))

    def check(self) -> None:
        """Reads a file alone to its end. Raises InvalidInput where it is damaged, or made to unpack without end."""
        if self.export.tree.is_single:
            for member in self.export.tree.members:
                with member.open() as stream:
                    while stream.read(BUFFER):
                        pass

    def messages(self) -> Iterator[IncomingMessage | BadRecord]:
        return (each for each in self.found() if not isinstance(each, Skipped))

    def _fit(self, message: IncomingMessage) -> Found:
        message = self._without_nuls(message)
        if shows_nothing(message.text) and not message.where:
            return Skipped(SystemNotice.EMPTY)
        message = _bounded(message)
        sentence = message.problem(self.export.at)
        return BadRecord(message.where, sentence) if sentence else message

    def _without_nuls(self, message: IncomingMessage) -> IncomingMessage:
        names = ("text", "author", "channel", "external_id", "thread", "author_id")
        changed = {}
        for name in names:
            value = getattr(message, name)
            if value and (NUL in value or not is_unicode(value)):
                self.export.notes.nuls += value.count(NUL)
                changed[name] = value.replace(NUL, "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return replace(message, **changed, quoted=()) if changed else message


def _bounded(message: IncomingMessage) -> IncomingMessage:
    """Without what is only shown beside a message and is too much of it."""
    if not (message.quoted or message.reactions or message.permalink or message.forwarded_from):
        return message
    end = len(message.text)
    spans = (TextSpan(max(0, start), min(stop, end)) for start, stop in message.quoted)
    reactions = list(message.reactions.items())[:MAX_REACTIONS]
    return replace(
        message,
        quoted=tuple(span for span in spans if span.start < span.end),
        reactions={
            plain(name, MAX_REACTION): [plain(who, MAX_REACTION) for who in people][:MAX_REACTING]
            for name, people in reactions
        },
        permalink=_address(message.permalink),
        forwarded_from=plain(message.forwarded_from, 200) if message.forwarded_from else None,
    )


def plain(text: str, most: int) -> str:
    """What a database and a page take of a text, up to so many characters."""
    return text.replace(NUL, "").encode(errors="replace").decode()[:most]


def _address(address: str | None) -> str | None:
    """Only what a browser opens without harm."""
    if not address or len(address) > MAX_ADDRESS or not address.startswith(("https://", "http://")):
        return None
    return address if address.isprintable() and " " not in address else None


@contextmanager
def reading(path: Path, options: Options = Options(), format: str | None = None) -> Iterator[Reading]:  # noqa: A002, B008
    """Opens an export and recognises its format. Raises InvalidInput with one sentence."""
    with opened(path) as tree:
        export = Export(tree, options)
        if format:
            yield Reading(export, reader_named(format))
            return
        first, *others = recognised(tree, options.encoding)
        close = [each.reader.title for each in others if first.score - each.score < CLOSE]
        if close and first.score < 90:
            export.notes.warn(f"It is read as {first.reader.title}; it may also be {' or '.join(close)} (--format).")
        if tree.archives:
            export.notes.warn(f"{tree.archives:,} archives in it are not read: name each of them.")
        yield Reading(export, first.reader)


def read_file(path: Path, channel: str | None = None) -> Iterator[IncomingMessage | BadRecord]:
    """The messages of an export. `channel`: where nothing in it names one; else it is the name of the file."""
    with reading(path, Options(channel=channel)) as found:
        yield from found.messages()
