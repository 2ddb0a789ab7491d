"""Importing exports of chats, mails, logs, transcripts and notes."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from rich.progress import Progress
from rich.text import Text

from assay import settings as configuration
from assay.audit.actor import Actor
from assay.cli.cost_estimate import estimate_cost
from assay.cli.import_preview import show
from assay.cli.import_progress import counted, shown_progress
from assay.cli.model_hint import say_model_hint
from assay.cli.output import Json, print_json, printable, say
from assay.cli.reimport import about_doubles
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.extraction import actions
from assay.extraction.portions import MAX_PORTION, portions
from assay.readers.export import default_name
from assay.readers.options import Options
from assay.readers.preview import Preview
from assay.readers.reading import Reading, reading
from assay.readers.records import IncomingMessage
from assay.sources.queries import is_untrusted

MAX_SHOWN_PROBLEMS: Final = 20
SAMPLE: Final = 500
"""Messages at the beginning of a file of which it is looked up whether they are known."""
KNOWN_FORMATS: Final = frozenset({"jsonl", "log"})
"""Those whose single files are imported without a question."""


@dataclass
class Imported:
    """What came of an import so far."""

    added: int = 0
    edited: int = 0
    unchanged: int = 0
    erased: int = 0
    deleted: int = 0
    """Known messages whose authors deleted them since."""
    left_out: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    """What is no message, by its kind."""
    problems: list[str] = field(default_factory=list)
    """The first few, with their places."""
    sources: dict[str, str] = field(default_factory=dict)
    """What the messages of each file are known under."""
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """How the files were understood where they left a choice."""

    def take(self, name: str, seen: Preview) -> None:
        """What was left out of a file, and how it was understood."""
        self.left_out += seen.bad_records
        for kind, number in seen.skipped.items():
            self.skipped[kind] = self.skipped.get(kind, 0) + number
        room = MAX_SHOWN_PROBLEMS - len(self.problems)
        self.problems += [f"{name}, {each.sentence}" for each in seen.bad[:room]]
        self.notes += [f"{name}: {each}" for each in seen.warnings]

    @property
    def total(self) -> int:
        return self.added + self.edited + self.unchanged + self.erased


def ingest(
    *files: Annotated[Path, Parameter(help="One or more files.")],
    source: Annotated[
        str | None,
        Parameter(help="The name of the source; default: the file name without its extension."),
    ] = None,
    channel: Annotated[str | None, Parameter(help="The channel to use where the export names none.")] = None,
    author: Annotated[str | None, Parameter(help="The author to use where the export names none, as in notes.")] = None,
    date: Annotated[
        str | None, Parameter(help="The date to use where the export has only clock times or none: 2026-03-20T10:00.")
    ] = None,
    zone: Annotated[
        str | None, Parameter(help="The time zone of times that name none, such as Europe/Berlin; default: UTC.")
    ] = None,
    encoding: Annotated[
        str | None, Parameter(help="The encoding of text that is not UTF-8, such as windows-1251.")
    ] = None,
    format: Annotated[str | None, Parameter(help="The format to use where it is not recognised.")] = None,  # noqa: A002
    preview: Annotated[bool, Parameter(negative="", help="Show what was recognised, and import nothing.")] = False,
    estimate: Annotated[
        bool,
        Parameter(
            negative="",
            help="Say what a language model would cost to read this, and import nothing; without a file: what is "
            "imported and not read yet.",
        ),
    ] = False,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask.")] = False,
    json: Json = False,
) -> int:
    """Import exports of chats, mails, logs, transcripts and notes: files, folders and archives, in any of the known
    formats. Importing again adds nothing twice, as long as the source is the same.

    What makes no sense is reported and left out, and the exit code is then 1. Where a whole file cannot be read,
    nothing is imported.
    """
    if estimate and not files:
        return estimate_cost([], [], json=json)
    if not files:
        raise InvalidInput("Name at least one chat file: an export, JSON lines, or a chat log, also gzipped.")
    options = Options.checked(channel=channel, zone=zone, moment=date, author=author, encoding=encoding)
    with ExitStack() as stack:
        with shown_progress(silent=json) as progress:
            readings = [_opened(stack, path, options, format, progress) for path in files]
        for path in files:
            actions.check_source(_source_of(path, source))
        sources = [_source_of(path, source) for path in files]
        if estimate:
            return estimate_cost(readings, sources, json=json)
        if preview:
            return _preview(readings, sources, json=json)
        if not (yes or json) and sys.stdin.isatty() and any(map(_is_foreign, readings)):
            _preview(readings, sources, json=False)
            if not _confirmed():
                say("Nothing was imported.")
                return 0
        return _import(readings, sources, json=json)


def _import(readings: list[Reading], sources: list[str], *, json: bool) -> int:
    done = Imported()
    with shown_progress(silent=json) as progress:
        with_database(lambda database: _import_files(database, readings, sources, done, progress))
    if json:
        print_json(asdict(done))
    else:
        _print(done)
    return 1 if done.left_out else 0


def _preview(readings: list[Reading], sources: list[str], *, json: bool) -> int:
    with shown_progress(silent=json) as progress:
        seen = with_database(lambda database: _compare(database, readings, sources, progress))
    if json:
        documents = [each.document() for each in seen]
        print_json(documents[0] if len(documents) == 1 else documents)
    else:
        for each, source in zip(seen, sources, strict=True):
            show(each, source)
    return 1 if any(each.bad_records for each in seen) else 0


def _confirmed() -> bool:
    say("Import this? [y/N]")
    try:
        return input().strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def _opened(stack: ExitStack, path: Path, options: Options, name: str | None, progress: Progress) -> Reading:
    """Raises InvalidInput where the file could not be read to its end, so that nothing of it need be imported."""
    progress.add_task(f"checking {printable(path.name)}", total=None, read=0)
    found = stack.enter_context(reading(path, options, name))
    found.check()
    return found


def _is_foreign(found: Reading) -> bool:
    return found.reader.name not in KNOWN_FORMATS or not found.export.tree.is_single


async def _compare(
    database: Database, readings: list[Reading], sources: list[str], progress: Progress
) -> list[Preview]:
    return [await _compared(database, each, source, progress) for each, source in zip(readings, sources, strict=True)]


async def _compared(database: Database, found: Reading, source: str, progress: Progress) -> Preview:
    """What is in an export, and how much of it is new to the source."""
    seen = Preview(found)
    task = progress.add_task(printable(found.export.tree.path.name), total=None, read=0)
    for portion in portions(counted(seen.counted(), progress, task)):
        async with database.transaction() as session:
            compared = await actions.compare(session, portion, source=source)
        seen.new += compared.new
        seen.edited += compared.edited
        seen.known += compared.known
    return seen


async def import_messages(
    database: Database, messages: Iterable[IncomingMessage], *, source: str, actor: Actor, done: Imported
) -> None:
    """Stores messages portion by portion, each in a transaction of its own."""
    for portion in portions(messages):
        async with database.transaction() as session:
            report = await actions.ingest(session, portion, source=source, actor=actor)
        done.added += report.added
        done.edited += report.edited
        done.unchanged += report.unchanged
        done.erased += report.erased


async def delete_messages(database: Database, ids: Sequence[str], *, source: str, actor: Actor) -> int:
    """Takes back what was deleted, portion by portion. Returns how many messages that were."""
    deleted = 0
    for start in range(0, len(ids), MAX_PORTION):
        async with database.transaction() as session:
            deleted += await actions.delete(session, ids[start : start + MAX_PORTION], source=source, actor=actor)
    return deleted


async def _import_files(
    database: Database, readings: list[Reading], sources: list[str], done: Imported, progress: Progress
) -> None:
    actor = await operator(database)
    for found, known_as in zip(readings, sources, strict=True):
        name = found.export.tree.path.name
        task = progress.add_task(printable(name), total=None, read=0)
        seen = Preview(found)
        messages = counted(seen.counted(), progress, task)
        done.sources[name] = known_as
        first = list(islice(messages, SAMPLE))
        warnings = [await about_doubles(database, first, name, known_as), await _about_trust(database, known_as)]
        for warning in filter(None, warnings):
            done.warnings.append(warning)
            progress.console.print(Text(printable(warning), style="yellow"), soft_wrap=True)
        await import_messages(database, chain(first, messages), source=known_as, actor=actor, done=done)
        done.deleted += await delete_messages(database, seen.deleted_ids, source=known_as, actor=actor)
        done.take(name, seen)


async def _about_trust(database: Database, source: str) -> str | None:
    """What to say of a source that is there and not trusted."""
    async with database.transaction() as session:
        untrusted = await is_untrusted(session, source)
    return f"The source {source!r} is not trusted: nothing from it is approved automatically." if untrusted else None


def _source_of(path: Path, source: str | None) -> str:
    return default_name(path) if source is None else source


def _print(done: Imported) -> None:
    for problem in done.problems:
        say(printable(problem), style="yellow")
    if done.left_out > len(done.problems):
        say(f"... and {done.left_out - len(done.problems):,} more lines.", style="yellow")
    for note in done.notes:
        say(printable(note), style="dim")
    for name, source in done.sources.items():
        say(f"The messages of {printable(name)} are known under the source {printable(source)!r}.")
    counts = f"Messages: {done.added:,} added, {done.edited:,} edited, {done.unchanged:,} known already"
    say(f"{counts}, {done.left_out:,} left out.")
    if done.erased:
        say(f"{done.erased:,} of the messages were erased or deleted before, and stay out.", style="yellow")
    if done.deleted:
        say(f"{done.deleted:,} known messages were deleted since, and are taken back.")
    if done.skipped:
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(done.skipped.items()))
        say(f"No messages, and skipped: {kinds}.")
    if done.added or done.edited:
        say("A running Assay turns them into knowledge by itself. Without one: assay jobs run --all", style="dim")
        say(
            "To see what was found: assay extractions list; and what is less likely: assay proposals list --status "
            "unlikely",
            style="dim",
        )
        say_model_hint(configuration.load())
