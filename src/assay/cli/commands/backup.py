"""Backups: all of the database in one file."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from assay.backup import file, keep, keys
from assay.backup.head import Head
from assay.backup.make import make
from assay.cli.output import Json, print_json, printable, say
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.runtime import binaries

app = App(name="backup", help="Write all of the database to one file, which assay restore brings back.")
Key = Annotated[Path | None, Parameter(help="Encrypt for the key in this file; its public part is enough.")]
TOLD = ("messages", "proposals", "entities", "audit_log")


@app.default
def backup(
    path: Annotated[Path | None, Parameter(name="FILE", help="The file to write; nothing is overwritten.")] = None,
    /,
    *,
    into: Annotated[Path | None, Parameter(help="Write it into this folder, under the time as its name.")] = None,
    keep_days: Annotated[int, Parameter(name="--keep", help="Of how many days the newest is kept, with --into.")] = 7,
    keep_weeks: Annotated[int, Parameter(name="--keep-weekly", help="The same of weeks.")] = 4,
    key: Key = None,
    json: Json = False,
) -> None:
    """Write all of the database, as it is at one moment, to one file; everything may go on running.

    Only its owner may read it. It holds all messages, and what passwords and tokens are known by. With --into, older
    backups in that folder are deleted after it is whole.
    """
    if (path is None) == (into is None):
        raise InvalidInput("Name one file, or a folder with --into.")
    if min(keep_days, keep_weeks) < 0:
        raise InvalidInput("--keep and --keep-weekly take 0 and more.")
    target = path or _in_folder(into or Path())
    head = with_database(lambda database: _made(database, target, key))
    gone = keep.delete_old(into, days=keep_days, weeks=keep_weeks) if into else []
    size = target.stat().st_size
    if json:
        print_json({"path": str(target), "bytes": size, "deleted": gone, **asdict(head)})
        return
    say(f"Written: {printable(str(target))}, {size:,} bytes, {told(head)}.")
    for name in gone:
        say(f"Deleted: {printable(name)}", style="dim")


async def _made(database: Database, path: Path, key: Path | None) -> Head:
    actor = await operator(database)
    return await make(database, binaries.postgres_folder(None), path, key=key, actor=actor)


def _in_folder(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.remove_parts(folder)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be used: {(error.strerror or str(error)).lower()}.") from None
    return folder / keep.new_name()


def told(head: Head) -> str:
    """What is in it, in a few words."""
    counts = ", ".join(f"{head.counts.get(name, 0):,} {name.replace('_', ' ')}" for name in TOLD)
    return f"of {head.at:%Y-%m-%d %H:%M} UTC: {counts}"


@app.command
def keygen(
    path: Annotated[Path, Parameter(name="FILE", help="The file to write the key to.")], /, *, json: Json = False
) -> None:
    """Make a key for --key, in a new file that only its owner may read.

    Without it nobody reads what was encrypted for it: keep it elsewhere than the backups.
    """
    public = keys.generate(path)
    if json:
        print_json({"path": str(path), "public": public})
        return
    say(f"Written: {printable(str(path))}. Keep a copy away from this machine: without it no backup can be read.")
    say(f"Its public part, enough to write backups: {public}")


@app.command
def check(path: Annotated[Path, Parameter(name="FILE", help="The backup to read.")], /, *, json: Json = False) -> None:
    """Read a backup to its end, and say what it is: whether it is whole and as it was written. It needs no key."""
    with file.whole(path) as backup:
        head = backup.head
    if json:
        print_json({"path": str(path), "bytes": os.stat(path).st_size, **asdict(head)})  # noqa: PTH116
    else:
        sealed = "encrypted" if head.encrypted else "not encrypted"
        say(f"Whole: {printable(str(path))}, {sealed}, schema {head.revision}, {told(head)}.")
