"""A folder whose exports come in as they are put there."""

import asyncio
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from assay.cli.commands.ingest import Imported, delete_messages, import_messages
from assay.cli.output import complain, printable, say
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.errors import AssayError, InvalidInput
from assay.extraction.actions import check_source
from assay.readers.export import default_name
from assay.readers.options import Options
from assay.readers.preview import Preview
from assay.readers.reading import reading

UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".download")
MAX_ENTRIES: Final = 10_000
MAX_FILES: Final = 100_000
Stamp = tuple[int, int, int]
"""How many files, their bytes, and the latest change in nanoseconds."""
Every = Annotated[float, Parameter(help="Seconds between two looks, 0.1 to 3600.", validator=Number(gte=0.1, lte=3600))]


@dataclass(slots=True)
class Watched:
    """What is known of a folder: how each export looked last, and as what it came in."""

    folder: Path
    seen: dict[Path, Stamp] = field(default_factory=dict)
    done: dict[Path, Stamp] = field(default_factory=dict)

    def settled(self) -> list[Path]:
        """Exports that are new or changed, and stand still since the look before."""
        now = {path: _stamp(path) for path in _entries(self.folder)}
        found = [path for path, stamp in now.items() if self.seen.get(path) == stamp != self.done.get(path)]
        self.seen = now
        return found


def watch(
    folder: Annotated[Path, Parameter(help="Where exports are put: files, archives, or folders.")],
    *,
    source: Annotated[
        str | None, Parameter(help="What the messages are known under; else the name of each export.")
    ] = None,
    zone: Annotated[str | None, Parameter(help="Where times name no zone: Europe/Berlin. Else UTC.")] = None,
    every: Every = 5.0,
    once: Annotated[bool, Parameter(negative="", help="Import what is there, and end.")] = False,
) -> None:
    """Import each export that is put into a folder, and again when it has grown, until Ctrl-C. Nothing comes in twice.

    An export is taken when it stands still between two looks. What cannot be read is named and left where it is.
    """
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder.")
    if source is not None:
        check_source(source)
    options = Options.checked(zone=zone)
    with_database(lambda database: _watch(database, Watched(folder), source, options, every, once=once))


async def _watch(
    database: Database, watched: Watched, source: str | None, options: Options, every: float, *, once: bool
) -> None:
    while True:
        for path in await asyncio.to_thread(watched.settled):
            await _take(database, path, source or default_name(path), options)
            watched.done[path] = watched.seen[path]
        if once and watched.seen.keys() <= watched.done.keys():
            return
        await asyncio.sleep(every)


async def _take(database: Database, path: Path, source: str, options: Options) -> None:
    done = Imported()
    try:
        check_source(source)
        with reading(path, options) as found:
            found.check()
            actor, seen = await operator(database), Preview(found)
            await import_messages(database, seen.counted(), source=source, actor=actor, done=done)
            done.deleted = await delete_messages(database, seen.deleted_ids, source=source, actor=actor)
    except AssayError as refusal:
        complain(str(refusal))
        return
    counts = f"{done.added:,} added, {done.edited:,} edited, {done.deleted:,} deleted, {done.unchanged:,} known already"
    say(f"{printable(path.name)}: {counts}, {seen.bad_records:,} left out.")


def _entries(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        found = sorted(entry.name for _, entry in zip(range(MAX_ENTRIES), entries, strict=False))
    for name in found:
        path = folder / name
        if not name.startswith(".") and not name.endswith(UNFINISHED) and not path.is_symlink() and _stamp(path)[0]:
            yield path


def _stamp(path: Path) -> Stamp:
    """Nothing where it is gone, or is neither a file nor a folder of some."""
    number = size = latest = 0
    for each in _files(path):
        try:
            about = each.lstat()
        except OSError:
            continue
        if stat.S_ISREG(about.st_mode):
            number, size, latest = number + 1, size + about.st_size, max(latest, about.st_mtime_ns)
        if number >= MAX_FILES:
            break
    return number, size, latest


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, _, names in os.walk(path):
        yield from (Path(folder, name) for name in names)
