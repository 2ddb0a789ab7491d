"""Bringing an export of everything back."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from assay.cli.output import Json, print_json, printable, say
from assay.cli.session import operator_in, with_database
from assay.export.restore import restore as bring_back


def restore(
    file: Annotated[Path, Parameter(help="The file that assay export wrote, also gzipped.")],
    *,
    admins: Annotated[
        bool,
        Parameter(negative="", help="Who was an admin is one again: for a file that nobody else could write."),
    ] = False,
    json: Json = False,
) -> None:
    """Bring an export of everything (`assay export`) back into an empty Assay: all of it, or nothing.

    Ids, decisions, revisions, evidence and the trail are as they were. Passwords and tokens are not in it: give people
    new ones. Admins come back as reviewers. What is made again, such as vectors, is made by the jobs.
    """
    counts = with_database(lambda database: bring_back(database, file, actor_of=operator_in, with_admins=admins))
    if json:
        print_json(counts)
        return
    told = ("messages", "proposals", "entities", "evidence", "audit_log")
    say(
        f"Restored from {printable(str(file))}: " + ", ".join(f"{counts[name]:,} {_words(name)}" for name in told) + "."
    )
    if not admins:
        say("Nobody came back as an admin. To make one: assay users set-role NAME admin", style="dim")
    say("A running Assay makes what is missing by itself. Without one: assay jobs run --all", style="dim")


def _words(table: str) -> str:
    return {"audit_log": "entries of the audit log", "entities": "topics and atoms"}.get(table, table)
