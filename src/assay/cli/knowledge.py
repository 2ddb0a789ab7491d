"""Approved knowledge."""

from collections.abc import Sequence

from sqlalchemy import RowMapping

from assay.cli.output import Json, Limit, print_json, say, short, table
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.kinds import TRAITS, Kind
from assay.knowledge import queries


def topics(*, limit: Limit = 50, json: Json = False) -> None:
    """List the approved topics, the newest first."""
    _list(Kind.TOPIC, limit, json)


def atoms(*, limit: Limit = 50, json: Json = False) -> None:
    """List the approved atoms, the newest first."""
    _list(Kind.ATOM, limit, json)


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
