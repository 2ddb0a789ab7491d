"""Approved knowledge that says the same twice."""

from typing import Annotated

from cyclopts import App, Parameter
from rich.status import Status

from assay.cli.decide import Note
from assay.cli.output import Json, errors, print_json, printable, say, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, OfKind, say_more
from assay.cli.session import operator, with_database, with_deps
from assay.db.engine import Database
from assay.db.locks import held
from assay.db.models import SimilarityType
from assay.duplicates import pairs
from assay.duplicates.active_model import activate_if_none
from assay.duplicates.scale import rounded
from assay.duplicates.scan import embed_missing
from assay.errors import Conflict, InvalidInput, Unavailable
from assay.kinds import TRAITS
from assay.proposals.queries import full_ids
from assay.queue.deps import Deps
from assay.web.views import similar
from assay.web.views.paging import PageOf
from assay.web.views.similar import PairView

app = App(name="duplicates", help="Find approved knowledge that says the same twice.")


@app.command
def scan(
    *,
    entities: Annotated[
        bool,
        Parameter(negative="", help="Compare approved topics and atoms with one another; a job compares proposals."),
    ] = False,
    json: Json = False,
) -> None:
    """Look for topics and atoms that say the same. Only what is new or was changed is looked at."""
    if not entities:
        raise InvalidInput(
            "Say what to scan: --entities for approved knowledge. Proposals are scanned by: "
            "assay jobs run deduplication_scan"
        )
    with errors.status("Starting") as shown:
        looked, found = with_deps(lambda deps: _scan(deps, shown))
    if json:
        print_json({"looked_at": looked, "pairs": found})
    else:
        see = " See them with: assay duplicates list" if found else ""
        say(f"{looked:,} compared, {found:,} pairs look alike.{see}")


@app.command(name="list")
def list_(
    *,
    kind: OfKind = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List topics and atoms that are similar, most similar first, with the reason and how to merge them."""

    async def act(database: Database) -> PageOf[PairView]:
        async with database.transaction() as session:
            return await similar.pairs(session, after=after, limit=limit, kind=kind)

    page = with_database(act)
    if json:
        print_json(page)
        return
    for each in page.items:
        _show(each)
    if not page.items and not page.next:
        say("No duplicates are known among approved knowledge. Look for some with: assay duplicates scan --entities")
    say_more(page.next)


@app.command
def dismiss(
    one: Annotated[str, Parameter(help="The id of one.")],
    other: Annotated[str, Parameter(help="The id of the other.")],
    /,
    *,
    note: Note = None,
    json: Json = False,
) -> None:
    """Say that two topics or atoms are not the same. This is remembered until one of them changes."""

    async def act(database: Database) -> None:
        actor = await operator(database)
        async with database.transaction() as session:
            first, second = await full_ids(session, [one, other], "topic or atom")
            await pairs.dismiss(session, first, second, actor=actor, notes=note)

    with_database(act)
    if json:
        print_json({"dismissed": True})
    else:
        say("Remembered: not the same.")


async def _scan(deps: Deps, shown: Status) -> tuple[int, int]:
    """Looks at everything that is owed, a batch a transaction. Returns how many it looked at, and the pairs."""
    limit, threshold = deps.settings.knowledge_dedup_batch_size, deps.settings.knowledge_dedup_similarity_threshold
    async with held(deps.database.engine, "entity_scan") as won:
        if not won:
            raise Conflict("Another process is scanning already.")
        model = await _embedded(deps, limit)
        looked = found = 0
        async with deps.database.transaction() as session:
            owed = await pairs.count_owed(session, model=model, threshold=threshold)
        while True:
            async with deps.database.transaction() as session:
                ids = await pairs.next_batch(session, model=model, threshold=threshold, limit=limit)
                found += await pairs.look(session, ids, model=model, threshold=threshold)
            if not ids:
                return looked, found
            looked += len(ids)
            shown.update(f"{looked:,} of {owed:,} looked at, {found:,} pairs")


async def _embedded(deps: Deps, limit: int) -> str:
    """Gives vectors to what has none. Returns the model that everything is compared by."""
    async with deps.database.transaction() as session:
        model = await activate_if_none(session, deps.embedder.model)
        embedder = await deps.serving_embedder(session)
    if embedder is None:
        raise Unavailable(
            f"{model} is the active embedding model, but the settings configure another: run assay reembed."
        )
    while await embed_missing(deps.database, embedder, limit):
        pass
    return model


def _show(pair: PairView) -> None:
    plural = TRAITS[pair.kind].plural
    say(f"\n{printable(pair.older.title)}", style="bold")
    say(f"{printable(pair.newer.title)}", style="bold")
    say(
        f"{pair.kind}s {short(pair.older.id)} and {short(pair.newer.id)}, {pair.type} {rounded(pair.score)}",
        style="dim",
    )
    say(printable(pair.explanation))
    if pair.type is SimilarityType.UPDATE:
        say("They say different things: check which of them is right before you merge.", style="yellow")
    say(f"  assay {plural} merge {short(pair.newer.id)} --into {short(pair.older.id)} --preview", style="dim")
    say(f"  assay duplicates dismiss {short(pair.older.id)} {short(pair.newer.id)}", style="dim")
