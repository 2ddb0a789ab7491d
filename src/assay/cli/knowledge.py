"""Approved knowledge: listing, merging, and taking merges back."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.cli.deciding import Looked, Notes, decided, look_at
from assay.cli.merging import Both, Look, Take
from assay.cli.output import Json, Limit, print_json, say, short, table
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.kinds import TRAITS, Kind
from assay.knowledge import queries
from assay.proposals import entity_actions
from assay.proposals.fields import chosen
from assay.proposals.outcomes import Outcome
from assay.proposals.preview import previews
from assay.proposals.queries import full_ids

Into = Annotated[str, Parameter(help="The one that stays.")]


def _commands(kind: Kind) -> App:
    """The commands of one kind of knowledge."""
    plural = TRAITS[kind].plural
    app = App(name=plural, help=f"List the approved {plural}, and merge them.")

    @app.default
    def list_(*, limit: Limit = 50, json: Json = False) -> None:
        _list(kind, limit, json)

    @app.command(help=f"Merge {plural} into another. What goes is archived, and its id leads to the other.")
    def merge(
        *ids: str,
        into: Into,
        take: Take = None,
        both: Both = None,
        preview: Look = False,
        notes: Notes = None,
        json: Json = False,
    ) -> int:
        choices = chosen(take=take or (), both=both or ())

        async def look(session: AsyncSession, sources: Sequence[UUID], _actor: Actor) -> Looked:
            [target] = await full_ids(session, [into])
            planned = await entity_actions.plan_merge(
                session, dict.fromkeys(sources, target), choices=choices, kind=kind
            )
            return await previews(session, planned), planned.outcomes

        async def decide(session: AsyncSession, sources: Sequence[UUID], actor: Actor) -> list[Outcome]:
            [target] = await full_ids(session, [into])
            targets = dict.fromkeys(sources, target)
            return await entity_actions.merge(session, targets, actor=actor, notes=notes, choices=choices, kind=kind)

        return look_at(ids, look, json) if preview else decided(ids, decide, json)

    @app.command(help=f"Take merges of {plural} back: everything is as it was before them.")
    def unmerge(*ids: str, notes: Notes = None, json: Json = False) -> int:
        async def decide(session: AsyncSession, sources: Sequence[UUID], actor: Actor) -> list[Outcome]:
            return await entity_actions.unmerge(session, sources, actor=actor, notes=notes)

        return decided(ids, decide, json)

    return app


topics = _commands(Kind.TOPIC)
atoms = _commands(Kind.ATOM)


def _list(kind: Kind, limit: int, json: bool) -> None:
    async def act(database: Database) -> Sequence[RowMapping]:
        async with database.transaction() as session:
            return await queries.listed(session, kind, limit=limit)

    found = with_database(act)
    if json:
        print_json([dict(each) for each in found])
    elif found:
        label = TRAITS[kind].title_label
        rows = [
            (
                short(each["id"]),
                each["title"],
                each["atom_type"] or each["atoms"],
                ", ".join(each["topics"] or each["keywords"]),
            )
            for each in found
        ]
        typed = found[0]["atom_type"] is not None
        table(["id", label, *(("type", "topics") if typed else ("atoms", "keywords"))], rows)
    else:
        say(f"There are no {TRAITS[kind].plural} yet. See what waits with: assay proposals list")
