"""The command `assay`: its commands, its logs, and how errors end.

Exit codes: 0 done, 1 refused or failed in part, 2 wrong input, 3 a server is not available, 130 interrupted,
141 the reader of the output left.
An error is one line on standard error: a sentence, or with --json the problem details that HTTP answers.
"""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from cyclopts import App, CycloptsError

from assay.cli import streams
from assay.cli.invocation import INVOKED
from assay.cli.logs import log_to_stderr
from assay.cli.output import complain, console, errors, print_problem, with_short_ids
from assay.errors import AssayError, InvalidInput, NotFound, Unavailable

REFUSED: Final = 1
WRONG_INPUT: Final = 2
UNAVAILABLE: Final = 3
INTERRUPTED: Final = 130
INTERRUPTION: Final = "Interrupted. What was done is kept; the same command continues from there."
PREFIXES: Final = ("ASSAY_", "KNOWLEDGE_")
OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
"""What a command imports lives as long as the process: to look for garbage in it costs a sixth of the start."""

app = App(
    name="assay",
    help="Weighs what machines extract from a team's messages before it becomes knowledge.",
    version=version("assay"),
    version_flags=["--version"],
    suppress_keyboard_interrupt=False,  # `_carry_out` says what an interruption means
    console=console,
    error_console=errors,
)
for command, place, words in (
    ("demo", "demo:demo", "Turn the sample chat into knowledge, and leave Assay running."),
    ("up", "up:up", "Run the servers and the web app until Ctrl-C."),
    ("api", "api:api", "Run the web app alone, on servers that are shared."),
    ("worker", "worker:worker", "Run a worker of the job queue."),
    ("scheduler", "scheduler:scheduler", "Run a scheduler of the jobs."),
    ("down", "down:down", "Stop a running Assay."),
    ("open", "open:open_", "Sign in to the web app, in a browser."),
    ("status", "status:status", "Say what is running."),
    ("doctor", "doctor:doctor", "Check for problems, one sentence each."),
    ("fsck", "fsck:fsck", "Check that all records agree with each other."),
    ("ingest", "ingest:ingest", "Import a chat file (JSONL or plain text, also gzipped)."),
    ("watch", "watch:watch", "Import what is put into a folder, as it comes."),
    ("proposals", "proposals:app", "List, show and decide proposals."),
    ("topics", "topics_and_atoms:topics", "List, show and merge the approved topics."),
    ("atoms", "topics_and_atoms:atoms", "List, show and merge the approved atoms."),
    ("search", "search:search", "Find approved knowledge by words and by meaning."),
    ("messages", "messages:app", "List the messages that were imported."),
    ("audit", "audit:app", "List the audit log: every change."),
    ("duplicates", "duplicates:app", "Find approved knowledge that says the same twice."),
    ("jobs", "jobs:app", "List and run the background jobs."),
    ("alerts", "alerts:app", "Test and list what is sent out about failures."),
    ("policy", "policy:app", "Show and set the rules by which the system decides alone."),
    ("sources", "sources:app", "List the sources of messages, and say who may write to them and which are trusted."),
    ("users", "users:app", "Create, list and change the people and agents who have access."),
    ("tokens", "tokens:app", "Create, list and revoke the keys by which programs act for a user."),
    ("extractions", "extractions:app", "List, show and cancel the runs that read messages."),
    (
        "export",
        "export:export",
        "Write everything to a file, or knowledge to a folder for Obsidian, CSV or JSON-LD.",
    ),
    ("backup", "backup:app", "Write all of the database to one file, which assay restore brings back."),
    ("restore", "restore:restore", "Bring a backup, or an export of everything, back into an empty Assay."),
    ("erase", "erase:erase", "Delete what a person said, or what was said in a channel."),
    ("eval", "eval:app", "Measure how well the machine does, on labelled data."),
    ("reembed", "reembed:reembed", "Switch to the embedding model of the settings."),
    ("calibrate", "calibrate:calibrate", "Find the operating point of the search for duplicates."),
    ("metrics", "metrics:metrics", "Show the metrics, each next to its target."),
    ("settings", "settings:settings", "Show the settings in force."),
    ("completion", "completion:completion", "Print the script that makes a shell complete commands and options."),
):
    app.command(f"assay.cli.commands.{place}", name=command, help=words)


def main(words: Sequence[str] | None = None) -> None:
    """The entry point of the program. `words`: the command; else that of the process."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    if words is None:
        streams.guard()
    log_to_stderr()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that every block that holds something ends in order
    try:
        _carry_out(sys.argv[1:] if words is None else words)
    finally:
        sys.stdout.flush()


def _carry_out(words: Sequence[str]) -> None:
    INVOKED.set(words)
    as_json = "--json" in words
    try:
        name_unknown_variables()
        app(in_full(words), print_error=not as_json, exit_on_error=not as_json)
    except KeyboardInterrupt:
        _complain(Unavailable(INTERRUPTION), as_json)
        sys.exit(INTERRUPTED)
    except CycloptsError as error:
        _complain(InvalidInput(" ".join(str(error).split())), as_json)
        sys.exit(WRONG_INPUT)
    except AssayError as error:
        _complain(error, as_json)
        sys.exit(_exit_code(error))


def in_full(words: Sequence[str]) -> Sequence[str]:
    """The command as it is meant: a group that can list, and is given no command, lists."""
    group = app
    for place, word in enumerate([*words, ""]):
        if word in group and not word.startswith("-"):
            group = group[word]
        elif group is not app and "list" in group and _is_no_command(word, group):
            return [*words[:place], "list", *words[place:]]
        else:
            break
    return words


def _is_no_command(word: str, group: App) -> bool:
    return not word or (word.startswith("-") and word not in group)


def name_unknown_variables() -> None:
    """Names what looks like a setting and is none: mistyped it would be overlooked in silence."""
    suspects = [each for each in os.environ if each.upper().startswith(PREFIXES)]
    if suspects:
        from assay.settings import unknown_variables  # slow to import, and most environments set nothing

        for sentence in unknown_variables(suspects):
            complain(sentence)


def _complain(error: AssayError, as_json: bool) -> None:
    if as_json:
        from assay.web.views.problems import problem_document  # only what goes wrong needs it

        print_problem(problem_document(error.status, str(error), error.facts))
    else:
        complain(with_short_ids(str(error), but=INVOKED.get()))


def _exit_code(error: AssayError) -> int:
    match error:
        case InvalidInput() | NotFound():
            return WRONG_INPUT
        case Unavailable():
            return UNAVAILABLE
        case _:
            return REFUSED
