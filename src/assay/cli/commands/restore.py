"""Bringing back a backup, or an export of everything; which of them a file is says its first line."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from assay.backup import file as backups
from assay.backup.restore import Restored
from assay.backup.restore import restore as bring_database_back
from assay.cli.commands.backup import told
from assay.cli.output import Json, print_json, printable, say
from assay.cli.session import operator_in, with_database, with_servers_as_they_are
from assay.db.engine import Database
from assay.errors import Conflict, InvalidInput
from assay.export.restore import restore as bring_records_back
from assay.runtime import binaries


def restore(
    file: Annotated[Path, Parameter(help="What assay backup wrote, or assay export, also gzipped.")],
    *,
    key: Annotated[Path | None, Parameter(help="The file of the key that a backup was encrypted for.")] = None,
    replace: Annotated[bool, Parameter(help="Put a backup in the place of what is there, which is lost.")] = False,
    yes: Annotated[bool, Parameter(help="Replace without asking.")] = False,
    admins: Annotated[
        bool,
        Parameter(negative="", help="Who was an admin in an export is one again: for a file nobody else could write."),
    ] = False,
    json: Json = False,
) -> None:
    """Bring a backup (`assay backup`), or an export of everything (`assay export`), back into an empty Assay: all of
    it, or nothing. Assay must not run meanwhile.

    Ids, decisions, revisions, evidence and the trail are as they were. A backup holds passwords and tokens as well; for
    those of an export, give people new ones, and admins come back as reviewers. What is made again, such as vectors, is
    made by the jobs. A backup is a dump of a database, and may do to it whatever it likes: restore only your own.
    """
    if backups.is_backup(file):
        if replace and not (yes or _confirmed(file)):
            raise Conflict("Nothing was changed.")
        _backup(file, key, replace=replace, json=json)
    elif key or replace:
        raise InvalidInput(f"{printable(str(file))} is no backup of Assay: --key and --replace are for those.")
    else:
        _records(file, admins=admins, json=json)


def _confirmed(file: Path) -> bool:
    if not sys.stdin.isatty():
        raise InvalidInput("--replace asks at a terminal: without one say --yes too.")
    say(f"Replace everything in this Assay by {printable(str(file))}? What is there now is lost. [y/N]")
    try:
        return input().strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def _backup(file: Path, key: Path | None, *, replace: bool, json: bool) -> None:
    async def act(database: Database, _: str) -> Restored:
        await database.close()  # nobody may be connected to what is renamed
        programs = binaries.postgres_folder(None)
        return await bring_database_back(database.url, programs, file, key=key, replace=replace, actor_of=operator_in)

    found = with_servers_as_they_are(act)
    if json:
        print_json({**asdict(found.head), "broken": [asdict(each) for each in found.broken]})
        return
    say(f"Restored from {printable(str(file))}, {told(found.head)}.")
    for each in found.broken:
        say(f"{each.name}: {each.broken} against “{each.sentence}”, as in the backup. See: assay fsck", style="red")
    say("Passwords and tokens are those of the backup. Start with: assay up", style="dim")


def _records(file: Path, *, admins: bool, json: bool) -> None:
    counts = with_database(
        lambda database: bring_records_back(database, file, actor_of=operator_in, with_admins=admins)
    )
    if json:
        print_json(counts)
        return
    names = ("messages", "proposals", "entities", "evidence", "audit_log")
    listed = ", ".join(f"{counts[name]:,} {_words(name)}" for name in names)
    say(f"Restored from {printable(str(file))}: {listed}.")
    if not admins:
        say("Nobody came back as an admin. To make one: assay users set-role NAME admin", style="dim")
    say("A running Assay makes what is missing by itself. Without one: assay jobs run --all", style="dim")


def _words(table: str) -> str:
    return {"audit_log": "entries of the audit log", "entities": "topics and atoms"}.get(table, table)
