"""The runs that read messages."""

from collections.abc import Iterator
from typing import Annotated, Final

from cyclopts import App, Parameter

from assay.cli.output import Json, moment, print_json, printable, say, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.db.models import RunStatus
from assay.extraction import actions, queries
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import RunView

LEFT_OUT: Final = {
    "unusable": "drafts without a title or of no type",
    "known_topics": "topics that are already known or proposed",
    "invented_quotes": "quotes of messages that were not there",
    "links": "links to nothing",
    "old_news": "drafts that only earlier messages support",
    "echoes": "drafts that repeat what is known",
    "restated": "drafts whose words became evidence of a proposal that waits",
    "secrets_masked": "messages in which a secret was covered",
    "orders_withheld": "messages left out because they give orders to machines",
    "names_withheld": "names left out because they give orders to machines",
    "messages_cut": "messages that were cut off",
    "set_aside": "messages that could not be read",
}

app = App(name="extractions", help="List, show and cancel the runs that read messages.")
RunId = Annotated[str, Parameter(help="Its id.")]


@app.command(name="list")
def list_(
    *,
    status: Annotated[RunStatus | None, Parameter(help="Only runs in this state.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List runs, newest first."""

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
        nothing="No run matches. Messages are read by the job: assay jobs run extract_knowledge_from_messages",
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
    else:
        _show(found)


def _show(run: RunView) -> None:
    say(f"Run {run.id} is {run.status}.", style="bold")
    if run.error:
        say(f"  {printable(run.error)}", style="red" if run.status is RunStatus.FAILED else "yellow")
    for label, value in _lines(run):
        if value:
            say(f"  {label:13} {value}")
    if run.dropped:
        say("\nWhat did not become a proposal, or was not read as written", style="bold")
    for reason, number in run.dropped.items():
        say(f"  {number:>6}  {LEFT_OUT.get(reason, reason.replace('_', ' '))}")
    if run.topic_proposals_created + run.atom_proposals_created:
        say("\nWhat waits for you: assay proposals", style="dim")


def _lines(run: RunView) -> Iterator[tuple[str, str | None]]:
    """What a person wants to know of it; None where that is nothing."""
    yield "asked for by", f"{run.trigger_type} run, {moment(run.created_at)}"
    lasted = run.completed_at and run.started_at and (run.completed_at - run.started_at).total_seconds()
    yield "ended", f"{moment(run.completed_at)}, after {lasted:.1f} s" if lasted is not None else None
    yield "read", f"{run.messages_analyzed:,} of {run.config_snapshot.get('messages', '?')} messages"
    first, last = moment(run.time_window_start), moment(run.time_window_end)
    yield "sent", f"{first} to {last}" if first else None
    yield "read by", f"{run.extractor}, {run.model_name}, prompt {run.prompt_version}"
    yield "proposed", f"{run.topic_proposals_created:,} topics, {run.atom_proposals_created:,} atoms"
    yield "cost", f"{run.llm_tokens_used:,} tokens, US$ {run.cost_estimate:.4f}" if run.llm_tokens_used else None


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
