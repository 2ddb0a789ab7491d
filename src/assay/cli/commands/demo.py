"""The sample chat becomes knowledge, before a person's eyes."""

from functools import partial
from importlib.resources import as_file, files
from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number
from pydantic_core import from_json
from rich.status import Status
from sqlalchemy import exists, select

from assay import settings as configuration
from assay.accounts.actions import ensure_user
from assay.ai.extractor import AtomDraft, Extraction, TopicDraft
from assay.audit.actor import SYSTEM
from assay.cli.background import ensure_running
from assay.cli.commands.ingest import Imported, import_messages
from assay.cli.commands.open import sign_in
from assay.cli.listener import PREFERRED_PORT
from assay.cli.output import Json, errors, print_json, program, say
from assay.cli.pipeline import run_pipeline
from assay.cli.session import with_deps
from assay.cli.summary import Summary, print_summary
from assay.db.locks import held
from assay.db.models import Proposal
from assay.extraction.manual import propose_manually
from assay.kinds import AtomType
from assay.queue.deps import Deps
from assay.readers.reading import read_file
from assay.readers.records import IncomingMessage

SOURCE: Final = "demo"
COLLEAGUE: Final = "demo:priya"
"""Somebody of the sample chat. Whoever tries the demo could never decide on what they proposed themselves."""
HOW_SURE: Final = 0.9
PORT_HELP: Final = (
    f"The port of the web app, 0 for any free one; default: {PREFERRED_PORT}, or a free one if that is taken."
)


def demo(
    *,
    once: Annotated[bool, Parameter(help="Leave nothing running.")] = False,
    port: Annotated[int | None, Parameter(help=PORT_HELP, validator=Number(gte=0, lte=65_535))] = None,
    json: Json = False,
) -> None:
    """Turn the sample chat into knowledge, and leave Assay running.

    The chat is imported a week at a time, as a team would, each week weighed against what is known by then. At the
    end an invented colleague proposes by hand what the team knows already.
    Running it again continues where it was and adds nothing twice.
    """
    with errors.status("Starting the servers") as status:
        summary = with_deps(lambda deps: _play(deps, status))
        status.update("Leaving Assay running")
        web_url = None if once else ensure_running(port)
    if json:
        print_json(summary.document())
        return
    print_summary(summary, configuration.load())
    say("")
    if web_url:
        sign_in(web_url)
        say(f"Assay is running at {web_url}. Stop it with: {program()} down", style="bold")


async def _play(deps: Deps, status: Status) -> Summary:
    async with held(deps.database.engine, SOURCE, wait=True):
        for number, week in enumerate(_weeks(), start=1):
            status.update(f"Week {number}: importing {len(week)} messages")
            await import_messages(deps.database, week, source=SOURCE, actor=SYSTEM, done=Imported())
            await run_pipeline(deps, partial(_tell, status, f"Week {number}"))
        await _propose_by_hand(deps)
        await run_pipeline(deps, partial(_tell, status, "By hand"))
    return await Summary.read(deps, SOURCE, COLLEAGUE)


async def _propose_by_hand(deps: Deps) -> None:
    """What a reader of chats drops as known already, and a person or an agent may still propose. Once."""
    lines = (files("assay.sample") / "suggestions.jsonl").read_text().splitlines()
    drafts = [_draft(from_json(line)) for line in lines]
    atoms = [each for each in drafts if isinstance(each, AtomDraft)]
    topics = [each for each in drafts if isinstance(each, TopicDraft)]
    async with deps.database.transaction() as session:
        known = exists().where(Proposal.extraction_run_id.is_(None), Proposal.title == atoms[0].title)
        if not await session.scalar(select(known)):
            colleague = await ensure_user(session, COLLEAGUE)
            await propose_manually(session, Extraction(topics, atoms), actor=colleague)


def _draft(said: dict[str, Any]) -> AtomDraft | TopicDraft:
    if "type" in said:
        return AtomDraft(**{**said, "type": AtomType(said["type"])}, confidence=HOW_SURE, quotes=[])
    return TopicDraft(**said, confidence=HOW_SURE, quotes=[])


def _tell(status: Status, part: str, words: str) -> None:
    status.update(f"{part}: {words}")


def _weeks() -> list[list[IncomingMessage]]:
    """The sample, cut where a calendar week ends."""
    weeks: dict[tuple[int, int], list[IncomingMessage]] = {}
    with as_file(files("assay.sample") / "chat.jsonl") as path:
        for message in read_file(path):
            if isinstance(message, IncomingMessage):
                weeks.setdefault(message.sent_at.isocalendar()[:2], []).append(message)
    return [weeks[each] for each in sorted(weeks)]
