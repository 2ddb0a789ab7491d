"""Importing chats."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from assay.audit.actor import Actor
from assay.cli.doubles import about_doubles
from assay.cli.output import Json, errors, print_json, printable, say
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.extraction import actions
from assay.extraction.incoming import IncomingMessage, portions
from assay.extraction.parsing import check_file, default_channel, read_file
from assay.lines import BadLine
from assay.sources.queries import is_untrusted

SHOWN_PROBLEMS: Final = 20
SAMPLE: Final = 500
"""Messages at the beginning of a file of which it is looked up whether they are known."""


@dataclass
class Imported:
    """What came of an import so far."""

    added: int = 0
    edited: int = 0
    unchanged: int = 0
    erased: int = 0
    left_out: int = 0
    problems: list[str] = field(default_factory=list)
    """The first few, with their line numbers."""
    sources: dict[str, str] = field(default_factory=dict)
    """What the messages of each file are known under."""
    warnings: list[str] = field(default_factory=list)

    def without_problems(self, found: Iterable[IncomingMessage | BadLine], name: str) -> Iterator[IncomingMessage]:
        """The messages; what is wrong with the other lines is kept."""
        for each in found:
            if isinstance(each, IncomingMessage):
                yield each
                continue
            self.left_out += 1
            if len(self.problems) < SHOWN_PROBLEMS:
                self.problems.append(f"{name}, line {each.number}: {each.sentence}")

    @property
    def total(self) -> int:
        return self.added + self.edited + self.unchanged + self.erased


def ingest(
    *files: Annotated[Path, Parameter(help="One or more files.")],
    source: Annotated[
        str | None,
        Parameter(help="What the messages are known under; else the name of the file without its ending."),
    ] = None,
    channel: Annotated[str | None, Parameter(help="The channel, where a line names none.")] = None,
    json: Json = False,
) -> int:
    """Import chat files: JSON lines, or plain-text chat logs, also gzipped. Importing again adds nothing twice, as
    long as the source is the same.

    Lines that make no sense are reported and left out, and the exit code is then 1. Where a whole file cannot be
    read, nothing is imported.
    """
    if not files:
        raise InvalidInput("Name at least one chat file: JSON lines, or a plain-text chat log, also gzipped.")
    done = Imported()
    with _progress(silent=json) as progress:
        for path in files:
            progress.add_task(f"checking {printable(path.name)}", total=None, read=0)
            check_file(path)
            actions.check_source(_source_of(path, source))
        with_database(lambda database: _import_files(database, files, source, channel, done, progress))
    if json:
        print_json(asdict(done))
    else:
        _print(done)
    return 1 if done.left_out else 0


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


async def _import_files(
    database: Database,
    files: Iterable[Path],
    source: str | None,
    channel: str | None,
    done: Imported,
    progress: Progress,
) -> None:
    actor = await operator(database)
    for path in files:
        task = progress.add_task(printable(path.name), total=None, read=0)
        counted = _counted(done.without_problems(read_file(path, channel), path.name), progress, task)
        known_as = done.sources[path.name] = _source_of(path, source)
        first = list(islice(counted, SAMPLE))
        warnings = [await about_doubles(database, first, path.name, known_as), await _about_trust(database, known_as)]
        for warning in filter(None, warnings):
            done.warnings.append(warning)
            progress.console.print(Text(printable(warning), style="yellow"), soft_wrap=True)
        await import_messages(database, chain(first, counted), source=known_as, actor=actor, done=done)


async def _about_trust(database: Database, source: str) -> str | None:
    """What to say of a source that is there and not trusted."""
    async with database.transaction() as session:
        untrusted = await is_untrusted(session, source)
    return f"The source {source!r} is not trusted: nothing of it is approved alone." if untrusted else None


def _source_of(path: Path, source: str | None) -> str:
    return default_channel(str(path)) if source is None else source


def _counted(messages: Iterable[IncomingMessage], progress: Progress, task: Any) -> Iterator[IncomingMessage]:
    for number, message in enumerate(messages, 1):
        progress.update(task, read=number)
        yield message


def _progress(*, silent: bool) -> Progress:
    words = TextColumn("{task.description}: {task.fields[read]:,} messages", markup=False)
    columns = (SpinnerColumn(), words, TimeElapsedColumn())
    return Progress(*columns, console=errors, transient=True, disable=silent or not errors.is_terminal)


def _print(done: Imported) -> None:
    for problem in done.problems:
        say(printable(problem), style="yellow")
    if done.left_out > len(done.problems):
        say(f"... and {done.left_out - len(done.problems):,} lines more.", style="yellow")
    for name, source in done.sources.items():
        say(f"The messages of {printable(name)} are known under the source {printable(source)!r}.")
    counts = f"Messages: {done.added:,} added, {done.edited:,} edited, {done.unchanged:,} known already"
    say(f"{counts}, {done.left_out:,} left out.")
    if done.erased:
        say(f"{done.erased:,} of the messages were erased before, and stay out.", style="yellow")
    if done.added or done.edited:
        say("A running Assay turns them into knowledge by itself. Without one: assay jobs run --all", style="dim")
