"""The runs that read messages."""

from typing import Annotated

from cyclopts import App, Parameter
from pydantic_core import to_json

from assay.cli.output import Json, moment, print_json, say, short
from assay.cli.paging import After, Limit, show_page
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.db.models import RunStatus
from assay.extraction import actions, queries
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import RunView

app = App(name="extractions", help="List, show and cancel the runs that read messages.")
RunId = Annotated[str, Parameter(help="Its id.")]


@app.command(name="list")
def list_(
    *,
    status: Annotated[RunStatus | None, Parameter(help="Only runs in this state.")] = None,
    limit: Limit = 20,
    after: After = None,
    json: Json = False,
) -> None:
    """List runs, the newest first."""

    async def act(database: Database) -> PageOf[RunView]:
        async with database.transaction() as session:
            return await lists.runs(session, after=after, limit=limit, status=status)

    show_page(
        with_database(act),
        json,
        ["id", "status", "created", "extractor", "messages", "topics", "atoms", "cost (US$)", "error"],
        lambda each: (
            short(each.id),
            each.status,
            moment(each.created_at),
            f"{each.extractor} {each.prompt_version}",
            each.messages_analyzed,
            each.topic_proposals_created,
            each.atom_proposals_created,
            f"{each.cost_estimate:.4f}",
            each.error,
        ),
        nothing="No run fits. Messages are read by the job: assay jobs run extract_knowledge_from_messages",
    )


@app.command
def show(run: RunId, /, *, json: Json = False) -> None:
    """Show a run: what it read, with what, what it proposed, and what became no proposal."""

    async def act(database: Database) -> RunView:
        async with database.transaction() as session:
            return RunView.model_validate(await queries.run(session, run))

    found = with_database(act)
    if json:
        print_json(found)
        return
    for name, value in found:
        if value not in (None, {}, ""):
            plain = to_json(value).decode() if isinstance(value, dict) else value
            say(f"{name.replace('_', ' ')}: {plain}")


@app.command
def cancel(run: RunId, /, *, json: Json = False) -> None:
    """Stop a run. What it has read stays; the rest is unread again, and the calls in flight are aborted."""

    async def act(database: Database) -> RunView:
        actor = await operator(database)
        async with database.transaction() as session:
            found = await queries.run(session, run)
            await actions.cancel(session, found.id, actor=actor)
            await session.refresh(found)
            return RunView.model_validate(found)

    cancelled = with_database(act)
    if json:
        print_json(cancelled)
    else:
        say(f"Run {short(cancelled.id)} is cancelled. What it had not read is unread again.")
