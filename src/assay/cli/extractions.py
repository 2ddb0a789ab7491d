"""The runs that read messages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cyclopts import App
from pydantic_core import to_json

from assay.cli.output import Json, Limit, print_json, say, short, table
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.db.models import KnowledgeExtractionRun, RunStatus
from assay.extraction import actions, queries

app = App(name="extractions", help="List, show and cancel the runs that read messages.")


@app.command(name="list")
def list_(*, status: RunStatus | None = None, limit: Limit = 20, json: Json = False) -> None:
    """List runs, the newest first."""

    async def act(database: Database) -> Sequence[KnowledgeExtractionRun]:
        async with database.transaction() as session:
            return await queries.listed_runs(session, status=status, limit=limit)

    runs = with_database(act)
    if json:
        print_json([document(each) for each in runs])
        return
    if not runs:
        say("No run fits. Messages are read by the job: assay jobs run extract_knowledge_from_messages")
        return
    rows = [
        (
            short(each.id),
            each.status,
            f"{each.created_at:%Y-%m-%d %H:%M}",
            f"{each.extractor} {each.prompt_version}",
            each.messages_analyzed,
            each.topic_proposals_created,
            each.atom_proposals_created,
            f"{each.cost_estimate:.4f}",
            each.error,
        )
        for each in runs
    ]
    table(["id", "status", "created", "extractor", "messages", "topics", "atoms", "cost (US$)", "error"], rows)


@app.command
def show(run: str, /, *, json: Json = False) -> None:
    """Show a run: what it read, with what, what it proposed, and what became no proposal."""

    async def act(database: Database) -> KnowledgeExtractionRun:
        async with database.transaction() as session:
            return await queries.run(session, run)

    found = with_database(act)
    if json:
        print_json(document(found))
        return
    for name, value in document(found).items():
        if value not in (None, {}, ""):
            plain = to_json(value).decode() if isinstance(value, dict) else value
            say(f"{name.replace('_', ' ')}: {plain}")


@app.command
def cancel(run: str, /, *, json: Json = False) -> None:
    """Stop a run. What it has read stays; the rest is unread again, and the calls in flight are aborted."""

    async def act(database: Database) -> UUID:
        actor = await operator(database)
        async with database.transaction() as session:
            found = await queries.run(session, run)
            await actions.cancel(session, found.id, actor=actor)
            return found.id

    run_id = with_database(act)
    if json:
        print_json({"id": run_id, "status": RunStatus.CANCELLED})
    else:
        say(f"Run {short(run_id)} is cancelled. What it had not read is unread again.")


def document(run: KnowledgeExtractionRun) -> dict[str, Any]:
    return {column.key: getattr(run, column.key) for column in KnowledgeExtractionRun.__mapper__.column_attrs}
