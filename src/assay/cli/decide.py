"""What the commands that decide share: finding the ids, one transaction, and an answer for each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Annotated, TypeVar
from uuid import UUID

from cyclopts import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.cli.merge import show_previews
from assay.cli.output import print_json, say, short, with_short_ids
from assay.cli.proposal_filter import Looked
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.proposals import queries
from assay.proposals.merge.preview import PreviewedMerge
from assay.proposals.outcomes import Outcome
from assay.web.views.merging import MergePreview
from assay.web.views.outcomes import BulkAnswer

Ids = Annotated[str, Parameter(help="One or more ids.")]
Note = Annotated[str | None, Parameter(name=("--note", "--notes"), help="Reason, recorded in the audit log.")]
WithTopics = Annotated[bool, Parameter(help="Also approve the pending topics they belong to.")]
Result = TypeVar("Result")
Decide = Callable[[AsyncSession, Sequence[UUID], Actor], Awaitable[Result]]
LookedAt = tuple[list[PreviewedMerge], list[Outcome]]


def decided(parts: Sequence[str], decide: Decide[list[Outcome]], json: bool) -> int:
    """Carries out a decision and says of each id what became of it. 1 when any was refused."""
    return answer(_in_one_transaction(parts, decide), json)


def decided_as_looked(parts: Sequence[str], looked: Looked, decide: Decide[list[Outcome]], json: bool) -> int:
    """The same for proposals named by id or by a filter. 1 when any was, or in a preview would be, refused."""

    async def act(database: Database) -> list[Outcome]:
        actor = await operator(database)
        async with database.transaction() as session:
            outcomes = await decide(session, await looked.ids(session, parts), actor)
            if looked.preview:
                await session.rollback()
            return outcomes

    outcomes = with_database(act)
    code = answer(outcomes, json, dry_run=looked.preview)
    if looked.preview and not json:
        say(f"{len(outcomes)} match. Nothing was changed.", style="dim")
    return code


def answer(outcomes: Sequence[Outcome], json: bool, *, dry_run: bool = False) -> int:
    """Says what became of each, or in a dry run would become of it. 1 when any was refused."""
    if json:
        print_json(BulkAnswer.of(outcomes, dry_run=dry_run))
    elif dry_run:
        foresee(outcomes)
    else:
        _say(outcomes)
    return 0 if all(each.done for each in outcomes) else 1


def look_at(parts: Sequence[str], look: Decide[LookedAt], json: bool) -> int:
    """Shows what a merge would do, and leaves everything as it is. 1 when any would be refused."""
    previews, outcomes = _in_one_transaction(parts, look, keep=False)
    if json:
        foreseen = BulkAnswer.of(outcomes, dry_run=True).model_dump()
        print_json({**foreseen, "previews": [MergePreview.model_validate(each) for each in previews]})
    else:
        foresee(outcomes)
        show_previews(previews)
    return 0 if all(each.done for each in outcomes) else 1


def foresee(outcomes: Sequence[Outcome]) -> None:
    """Says what would become of each."""
    _say([replace(each, message=f"would be {each.message.lower()}") if each.done else each for each in outcomes])


def _in_one_transaction(parts: Sequence[str], decide: Decide[Result], *, keep: bool = True) -> Result:
    if not parts:
        raise InvalidInput("Name at least one proposal: its id, or the last eight characters of it.")

    async def act(database: Database) -> Result:
        actor = await operator(database)
        async with database.transaction() as session:
            ids = await queries.full_ids(session, parts)
            result = await decide(session, ids, actor)
            if not keep:
                await session.rollback()
            return result

    return with_database(act)


def _say(outcomes: Sequence[Outcome]) -> None:
    for each in outcomes:
        say(f"{short(each.id)}  {with_short_ids(each.message)}", style="" if each.done else "red")
