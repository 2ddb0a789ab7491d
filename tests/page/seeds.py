"""What waits in the queue of a test."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from tests.builders import draft, propose, with_evidence
from tests.page.conftest import Site

from assay.kinds import Kind

UNSURE = 0.6


def waiting(site: Site, *titles: str, kind: Kind = Kind.ATOM, **changes: Any) -> list[str]:
    """Proposals with evidence, in this order; their ids."""

    async def make() -> list[str]:
        drafts = [draft(kind, each, confidence=UNSURE) for each in titles]
        made = await propose(site.database, await with_evidence(site.database, *drafts, **changes))
        return [str(each) for each in made]

    made: list[str] = site.run(make())
    return made


def states(site: Site, ids: Sequence[str]) -> list[str]:
    """How each stands by now."""
    found = query(site, "SELECT id::text, status FROM proposals WHERE id::text = ANY(:ids)", ids=list(ids))
    by_id = {each.id: str(each.status) for each in found}
    return [by_id[each] for each in ids]


def query(site: Site, statement: str, **parameters: Any) -> Any:
    async def ask() -> Any:
        async with site.database.transaction() as session:
            result = await session.execute(text(statement), parameters)
            return result.all() if result.returns_rows else None

    return site.run(ask())
