"""Listing, showing and deciding proposals."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay import settings as configuration
from assay.audit.actor import Actor
from assay.cli.deciding import Looked, Notes, decided, look_at
from assay.cli.merging import Both, Look, Take, target_of
from assay.cli.output import Json, Limit, print_json, say, short, table
from assay.cli.session import with_database
from assay.cli.showing import Shown, document, first_reasons, show_one
from assay.db.engine import Database
from assay.db.models import DedupState, Proposal, ProposalStatus
from assay.duplicates.explanation import rounded
from assay.errors import Conflict
from assay.kinds import Kind
from assay.proposals import actions, listing, queries
from assay.proposals.fields import chosen
from assay.proposals.filters import Filter, Place, Sort
from assay.proposals.outcomes import Outcome
from assay.proposals.preview import previews
from assay.review.policy import Hold

app = App(name="proposals", help="List, show and decide proposals.")
for command, place, words in (
    ("not-duplicate", "not_duplicate", "Say that a proposal is not the same as what it is marked as like."),
    ("groups", "groups", "List what is in the queue more than once."),
    ("decide-group", "decide_group", "Approve what a group is about, and merge or reject what says the same."),
):
    app.command(f"assay.cli.likeness:{place}", name=command, help=words)

Page = tuple[Sequence[Proposal], UUID | None, dict[UUID, Hold]]


@app.command(name="list")
def list_(
    *,
    status: ProposalStatus | None = ProposalStatus.PENDING,
    kind: Kind | None = None,
    duplicates: Annotated[bool, Parameter(help="Only those marked as duplicates.")] = False,
    needs_attention: Annotated[bool, Parameter(help="Only those on which the machine has given up.")] = False,
    limit: Limit = 50,
    after: Annotated[str | None, Parameter(help="Begin after this proposal.")] = None,
    json: Json = False,
) -> None:
    """List proposals, the oldest first."""
    settings = configuration.load()
    wanted = Filter(
        kinds=[kind] if kind else list(Kind),
        statuses=[status] if status else list(ProposalStatus),
        dedup_state=DedupState.DUPLICATE if duplicates else None,
        needs_attention=needs_attention or None,
    )

    async def act(database: Database) -> Page:
        async with database.transaction() as session:
            found, rest = await listing.page(
                session, wanted, after=await _start(session, after) if after else None, limit=limit
            )
            return found, rest and rest.id, await first_reasons(session, [each.id for each in found], settings)

    found, rest, reasons = with_database(act)
    if json:
        documents = [{**document(each), "held": reasons.get(each.id)} for each in found]
        print_json({"proposals": documents, "next": rest})
        return
    rows = [
        (
            short(each.id),
            each.atom_type or each.kind,
            f"{each.confidence:.2f}",
            _waits_for(each, reasons.get(each.id)),
            each.title,
        )
        for each in found
    ]
    if not rows:
        say("No proposal fits. To count what there is: assay metrics; to import messages: assay ingest FILE")
        return
    table(["id", "kind", "confidence", "waits for", "title"], rows)
    if rest:
        say(f"There are more: assay proposals list --after {short(rest)}", style="dim")


def _waits_for(proposal: Proposal, hold: Hold | None) -> str:
    """The first reason why it waits; of a duplicate also which kind, and how like it is."""
    if hold is None or not (proposal.similarity_type and proposal.similarity_score):
        return hold or proposal.status
    like = f"{Hold.DUPLICATE}: {proposal.similarity_type} {rounded(proposal.similarity_score)}"
    return like if hold is Hold.DUPLICATE else f"{like}; {hold}"


async def _start(session: AsyncSession, after: str) -> Place | None:
    [proposal_id] = await queries.full_ids(session, [after])
    return await listing.place_of(session, proposal_id, Sort.OLDEST)


@app.command
def show(proposal: str, /, *, json: Json = False) -> None:
    """Show a proposal: what it says, its evidence, why it waits or what it looks like, and its history."""

    settings = configuration.load()

    async def act(database: Database) -> Shown:
        async with database.transaction() as session:
            [proposal_id] = await queries.full_ids(session, [proposal])
            return await Shown.read(session, proposal_id, settings)

    found = with_database(act)
    if json:
        print_json(found.document())
    else:
        show_one(found)


@app.command
def approve(
    *proposals: str,
    notes: Notes = None,
    with_topics: Annotated[bool, Parameter(help="Also approve the pending topics they belong to.")] = False,
    json: Json = False,
) -> int:
    """Turn proposals into knowledge."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.approve(session, ids, actor=actor, notes=notes, with_topics=with_topics)

    return decided(proposals, decide, json)


@app.command
def reject(*proposals: str, notes: Notes = None, json: Json = False) -> int:
    """Decline proposals. They can be reopened."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.reject(session, ids, actor=actor, notes=notes)

    return decided(proposals, decide, json)


@app.command
def merge(
    *proposals: str,
    into: Annotated[str | None, Parameter(help="A topic or atom, or the number of a candidate, 1 to 5.")] = None,
    take: Take = None,
    both: Both = None,
    preview: Look = False,
    approve_target: Annotated[bool, Parameter(negative="", help="Approve the target first if it is pending.")] = False,
    notes: Notes = None,
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

    async def look(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> Looked:
        found, approved = await targets(session, ids, actor)
        planned = await actions.plan_merge(session, found, actor=actor, choices=choices)
        return await previews(session, planned), [*approved, *planned.outcomes]

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        found, approved = await targets(session, ids, actor)
        merged = await actions.merge(session, found, actor=actor, notes=notes, choices=choices)
        if any(each.done for each in merged):
            return [*approved, *merged]
        await session.rollback()  # a target is approved for the merge, and for nothing else
        return merged

    return look_at(proposals, look, json) if preview else decided(proposals, decide, json)


@app.command
def revert(*proposals: str, notes: Notes = None, json: Json = False) -> int:
    """Undo an approval or a merge: the proposals are pending again."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.revert(session, ids, actor=actor, notes=notes)

    return decided(proposals, decide, json)


@app.command
def reopen(*proposals: str, notes: Notes = None, json: Json = False) -> int:
    """Put rejected or expired proposals back into the queue."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.reopen(session, ids, actor=actor, notes=notes)

    return decided(proposals, decide, json)


@app.command
def reset_failures(*proposals: str, notes: Notes = None, json: Json = False) -> int:
    """Let the machine try again, at once, what it failed on."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await actions.try_again(session, ids, actor=actor, notes=notes)

    return decided(proposals, decide, json)
