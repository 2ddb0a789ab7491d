"""Approved knowledge: listing, showing, merging, and taking merges back."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.cli.decide import LookedAt, Note, decided, look_at
from assay.cli.merge import Both, Look, Take
from assay.cli.output import Json, print_json, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.kinds import TRAITS, Kind
from assay.knowledge.search import SearchFilter
from assay.proposals.merge.fields import chosen
from assay.proposals.merge.preview import previews
from assay.proposals.outcomes import Outcome
from assay.proposals.queries import full_ids
from assay.web.views import entity_detail, finding
from assay.web.views.knowledge import BY_KIND, AtomView, EntityDetail, EntityView, TopicView
from assay.web.views.paging import PageOf

Into = Annotated[str, Parameter(help="The one that stays.")]


def _commands(kind: Kind) -> App:
    """The commands of one kind of knowledge."""
    plural = TRAITS[kind].plural
    app = App(name=plural, help=f"List, show and merge the approved {plural}.")
    _add_reading(app, kind, plural)
    _add_merging(app, kind, plural)
    return app


def _add_reading(app: App, kind: Kind, plural: str) -> None:
    @app.command(name="list", help=f"List the approved {plural}, newest first.")
    def list_(*, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
        _list(kind, limit, after, json)

    @app.command(help=f"Show one of the {plural}: what it says, and what it rests on.")
    def show(id_: Annotated[str, Parameter(help="Its id.", name="ID")], /, *, json: Json = False) -> None:
        _show(kind, id_, json)


def _add_merging(app: App, kind: Kind, plural: str) -> None:
    @app.command(help=f"Merge {plural} into another. What is merged away is archived, and its id leads to the other.")
    def merge(
        *ids: Annotated[str, Parameter(help="The ones to merge away, one or more ids.")],
        into: Into,
        take: Take = None,
        both: Both = None,
        preview: Look = False,
        note: Note = None,
        json: Json = False,
    ) -> int:
        choices = chosen(take=take or (), both=both or ())

        async def look(session: AsyncSession, sources: Sequence[UUID], _actor: Actor) -> LookedAt:
            from assay.knowledge import actions as knowledge  # a list needs none of it

            [target] = await full_ids(session, [into])
            planned = await knowledge.plan_merge(session, dict.fromkeys(sources, target), choices=choices, kind=kind)
            return await previews(session, planned), planned.outcomes

        async def decide(session: AsyncSession, sources: Sequence[UUID], actor: Actor) -> list[Outcome]:
            from assay.knowledge import actions as knowledge  # a list needs none of it

            [target] = await full_ids(session, [into])
            targets = dict.fromkeys(sources, target)
            return await knowledge.merge(session, targets, actor=actor, notes=note, choices=choices, kind=kind)

        return look_at(ids, look, json) if preview else decided(ids, decide, json)

    @app.command(help=f"Undo merges of {plural}: everything is as it was before.")
    def unmerge(
        *ids: Annotated[str, Parameter(help="The ones that were merged away, one or more ids.")],
        note: Note = None,
        json: Json = False,
    ) -> int:
        async def decide(session: AsyncSession, sources: Sequence[UUID], actor: Actor) -> list[Outcome]:
            from assay.knowledge import actions as knowledge  # a list needs none of it

            return await knowledge.unmerge(session, sources, actor=actor, notes=note)

        return decided(ids, decide, json)


topics = _commands(Kind.TOPIC)
atoms = _commands(Kind.ATOM)


def _list(kind: Kind, limit: int, after: str | None, json: bool) -> None:
    async def act(database: Database) -> PageOf[EntityView]:
        async with database.transaction() as session:
            return await finding.page(session, SearchFilter(kind), after=after, limit=limit)

    columns = {Kind.TOPIC: ("id", "name", "atoms", "keywords"), Kind.ATOM: ("id", "title", "type", "topics")}[kind]
    nothing = f"There are no {TRAITS[kind].plural} yet. See what waits with: assay proposals list"
    show_page(with_database(act), json, columns, _row, nothing=nothing)


def _row(entity: TopicView | AtomView) -> Sequence[object]:
    if isinstance(entity, TopicView):
        return short(entity.id), entity.name, entity.atoms, ", ".join(entity.keywords)
    return short(entity.id), entity.title, entity.type, ", ".join(entity.topics)


def _show(kind: Kind, typed: str, json: bool) -> None:
    from assay.cli.entity_detail import show_entity_detail

    async def act(database: Database) -> EntityDetail[Any]:
        async with database.transaction() as session:
            [entity_id] = await full_ids(session, [typed], kind)
            detail = await entity_detail.detail(session, kind, entity_id)
            return EntityDetail[BY_KIND[kind]].model_validate(detail)  # type: ignore[valid-type]

    found = with_database(act)
    if json:
        print_json(found)
    else:
        show_entity_detail(found)
