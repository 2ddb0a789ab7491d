"""The sample chat becomes knowledge, before a person's eyes."""

from functools import partial
from importlib.resources import as_file, files
from typing import Annotated, Final

from cyclopts import Parameter
from rich.status import Status

from assay.audit.actor import SYSTEM
from assay.cli.background import ensure_running
from assay.cli.first_admin import link_for_operator, open_in_browser
from assay.cli.ingest import Imported, import_messages
from assay.cli.output import Json, errors, print_json, program, say
from assay.cli.pipeline import run_pipeline
from assay.cli.session import with_database, with_tools
from assay.cli.summary import Summary, print_summary
from assay.db.locks import held
from assay.extraction.incoming import IncomingMessage
from assay.extraction.parsing import read_file
from assay.jobs.tools import Tools

SOURCE: Final = "demo"


def demo(
    *,
    once: Annotated[bool, Parameter(help="Leave nothing running.")] = False,
    json: Json = False,
) -> None:
    """Turn the sample chat into knowledge, and leave Assay running.

    The chat is imported a week at a time, as a team would, each week weighed against what is known by then.
    Running it again continues where it was and adds nothing twice.
    """
    with errors.status("Starting the servers") as status:
        summary = with_tools(lambda tools: _play(tools, status))
        status.update("Leaving Assay running")
        web_url = None if once else ensure_running()
    if json:
        print_json(summary.document())
        return
    print_summary(summary)
    say("")
    if web_url:
        link = with_database(lambda database: link_for_operator(database, web_url))
        say(f"Signed in, once, within ten minutes: {link}")
        open_in_browser(link)
        say(f"Assay is running at {web_url}. Stop it with: {program()} down", style="bold")


async def _play(tools: Tools, status: Status) -> Summary:
    async with held(tools.database.engine, SOURCE, wait=True):
        for number, week in enumerate(_weeks(), start=1):
            status.update(f"Week {number}: importing {len(week)} messages")
            await import_messages(tools.database, week, source=SOURCE, actor=SYSTEM, done=Imported())
            await run_pipeline(tools, partial(_tell, status, number))
    return await Summary.read(tools)


def _tell(status: Status, week: int, words: str) -> None:
    status.update(f"Week {week}: {words}")


def _weeks() -> list[list[IncomingMessage]]:
    """The sample, cut where a calendar week ends."""
    weeks: dict[tuple[int, int], list[IncomingMessage]] = {}
    with as_file(files("assay.sample") / "chat.jsonl") as path:
        for message in read_file(path):
            if isinstance(message, IncomingMessage):
                weeks.setdefault(message.sent_at.isocalendar()[:2], []).append(message)
    return [weeks[each] for each in sorted(weeks)]
