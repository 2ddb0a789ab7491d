"""Listing, showing and deciding proposals."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay import settings as configuration
from assay.audit.actor import Actor
from assay.cli.decide import Ids, LookedAt, Note, WithTopics, decided, decided_as_looked, look_at
from assay.cli.merge import Both, Look, Take, target_of
from assay.cli.output import Json, print_json, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.proposal_detail import Shown, show_one, title_of
from assay.cli.proposal_filter import EVERYTHING, ORDERS, UNDECLINED, UNSEEN, Looked, Narrowed, Order, Standing
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.db.models import DedupState, SimilarityType
from assay.duplicates.scale import rounded
from assay.errors import Conflict
from assay.proposals import actions, queries
from assay.proposals.merge import actions as merging
from assay.proposals.merge.fields import chosen
from assay.proposals.merge.preview import previews
from assay.proposals.outcomes import Outcome
from assay.review.policy import Hold
from assay.web.views import queue
from assay.web.views.paging import PageOf
from assay.web.views.proposals import ListedProposal

STATUS_HELP: Final = (
    "Only those with this status. What expired, was withdrawn or is unlikely is among the rejected too."
)

app = App(name="proposals", help="List, show and decide proposals.")
for command, place, words in (
    (
        *("not-duplicate", "proposals_not_duplicate:not_duplicate"),
        "Say that a proposal differs from what it is marked as similar to.",
    ),
    ("review", "proposals_review:review", "Review one proposal after another, one key a decision."),
    ("groups", "proposals_groups:groups", "List what is in the queue more than once."),
    (
        *("decide-group", "proposals_groups:decide_group"),
        "Approve what a group is about, and merge or reject what says the same.",
    ),
    (
        *("supersede", "proposals_supersede:supersede_known"),
        "Approve a proposal in place of approved knowledge that says something else.",
    ),
    ("edit", "proposals_edit:edit_", "Give pending proposals other words, another type or another topic."),
    ("reset-failures", "proposals_reset_failures:reset_failures", "Let the machine try again what it failed on."),
    ("expire", "proposals_expire:expire", "Expire everything that has waited too long."),
):
    app.command(f"assay.cli.commands.{place}", name=command, help=words)


@app.command(name="list")
def list_(
    *,
    status: Annotated[Standing, Parameter(help=STATUS_HELP)] = "pending",
    narrowed: Narrowed = EVERYTHING,
    duplicates: Annotated[bool, Parameter(help="Only those marked as duplicates.")] = False,
    sort: Annotated[Order, Parameter(help="The order.")] = "oldest",
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List proposals."""

    async def act(database: Database) -> PageOf[ListedProposal]:
        async with database.transaction() as session:
            wanted = await narrowed.filter(session, status)
            if duplicates:
                wanted = replace(wanted, dedup_state=DedupState.DUPLICATE)
            return await queue.proposals(
                session, wanted, sort=ORDERS[sort], after=after, limit=limit, settings=configuration.load()
            )

    show_page(
        with_database(act),
        json,
        ["id", "kind", "confidence", "waits for", "title"],
        _row,
        nothing="No proposal matches. To count what there is: assay metrics; to import messages: assay ingest FILE",
    )


def _row(proposal: ListedProposal) -> Sequence[object]:
    kind = getattr(proposal, "proposed_type", None) or proposal.kind
    return short(proposal.id), kind, rounded(proposal.confidence), _waits_for(proposal), title_of(proposal)


def _waits_for(proposal: ListedProposal) -> str:
    """The first reason why it waits; of a duplicate also which kind, and how like it is."""
    hold = next(iter(proposal.held), None)
    if hold is None or not (proposal.similarity_type and proposal.similarity_score):
        return hold or _standing(proposal)
    alike = Hold.CONTRADICTED if proposal.similarity_type is SimilarityType.UPDATE else Hold.DUPLICATE
    like = f"{alike}: {proposal.similarity_type} {rounded(proposal.similarity_score)}"
    return like if hold is alike else f"{like}; {hold}"


def _standing(proposal: ListedProposal) -> str:
    """Its status; of what nobody declined, what became of it instead."""
    action = proposal.review_action
    return action if action and action in UNDECLINED.values() else proposal.status


@app.command
def show(proposal: Annotated[str, Parameter(help="Its id.")], /, *, json: Json = False) -> None:
    """Show a proposal: what it says, its evidence, why it waits or what it looks like, and its history."""

    async def act(database: Database) -> Shown:
        async with database.transaction() as session:
            [proposal_id] = await queries.full_ids(session, [proposal])
            return await Shown.read(session, proposal_id, configuration.load())

    found = with_database(act)
    if json:
        print_json(found.detail)
    else:
        show_one(found)


@app.command
def approve(
    *proposals: Ids,
    looked: Looked = UNSEEN,
    note: Note = None,
    with_topics: WithTopics = False,
    json: Json = False,
) -> int:
    """Turn proposals into knowledge."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.approve(session, ids, actor=actor, notes=note, with_topics=with_topics)

    return decided_as_looked(proposals, looked, decide, json)


@app.command
def reject(*proposals: Ids, looked: Looked = UNSEEN, note: Note = None, json: Json = False) -> int:
    """Decline proposals. They can be reopened."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.reject(session, ids, actor=actor, notes=note)

    return decided_as_looked(proposals, looked, decide, json)


@app.command
def withdraw(*proposals: Ids, note: Note = None, json: Json = False) -> int:
    """Withdraw your own pending proposals. It counts as nobody's verdict on them."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.withdraw(session, ids, actor=actor, notes=note)

    return decided(proposals, decide, json)


@app.command
def merge(
    *proposals: Ids,
    into: Annotated[
        str | None, Parameter(help="A topic or atom, or the number of one of the nearest that `show` lists, 1 to 5.")
    ] = None,
    take: Take = None,
    both: Both = None,
    preview: Look = False,
    approve_target: Annotated[bool, Parameter(negative="", help="Approve the target first if it is pending.")] = False,
    note: Note = None,
    json: Json = False,
) -> int:
    """Merge proposals into a topic or atom they repeat. Their evidence goes with them."""
    choices = chosen(take=take or (), both=both or ())

    async def targets(
        session: AsyncSession, ids: Sequence[UUID], actor: Actor
    ) -> tuple[dict[UUID, UUID], list[Outcome]]:
        found = {each: await target_of(session, each, into) for each in ids}
        if not approve_target:
            return found, []
        waiting = await queries.pending(session, list(set(found.values())))
        approved = await actions.approve(session, waiting, actor=actor)
        if refused := [each for each in approved if not each.done]:
            raise Conflict(f"The target {refused[0].id} cannot be approved: {refused[0].message}")
        return found, approved

    async def look(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> LookedAt:
        found, approved = await targets(session, ids, actor)
        planned = await merging.plan_merge(session, found, actor=actor, choices=choices)
        return await previews(session, planned), [*approved, *planned.outcomes]

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        found, approved = await targets(session, ids, actor)
        merged = await merging.merge(session, found, actor=actor, notes=note, choices=choices)
        if any(each.done for each in merged):
            return [*approved, *merged]
        await session.rollback()  # a target is approved for the merge, and for nothing else
        return merged

    return look_at(proposals, look, json) if preview else decided(proposals, decide, json)


@app.command
def revert(*proposals: Ids, note: Note = None, json: Json = False) -> int:
    """Undo an approval or a merge: the proposals are pending again."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.revert(session, ids, actor=actor, notes=note)

    return decided(proposals, decide, json)


@app.command
def reopen(*proposals: Ids, note: Note = None, json: Json = False) -> int:
    """Put rejected or expired proposals back into the queue."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.reopen(session, ids, actor=actor, notes=note)

    return decided(proposals, decide, json)
