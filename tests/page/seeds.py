"""What waits in the queue of a test."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import text
from tests.builders import draft, propose, with_evidence
from tests.page.conftest import Site
from tests.patience import PATIENCE

from assay.kinds import Kind
from assay.runtime.process import wait_for

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


def many_waiting(site: Site, number: int) -> None:
    """So many that wait, topics among them, made by the database itself."""
    query(
        site,
        """INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, atom_type,
            stated_confidence, confidence, source, channel, dedup_state, created_at)
        SELECT gen_random_uuid(), CASE WHEN n % 5 = 0 THEN 'topic' ELSE 'atom' END, 1, 'Statement ' || n,
            'In full: statement ' || n, 'statement ' || n, 'statement ' || n,
            CASE WHEN n % 5 <> 0 THEN 'insight' END, 0.5, (n % 100) / 100.0, 'bulk', 'channel ' || n % 20, 'clear',
            now() - n * interval '1 second'
        FROM generate_series(1, :number) AS n""",
        number=number,
    )


def like(site: Site, first: str, *later: str) -> None:
    """As if the scan had found that these say the same as the first."""
    query(
        site,
        """UPDATE proposals SET dedup_state = 'duplicate', similar_proposal_id = CAST(:first AS uuid),
            similarity_type = 'semantic', similarity_score = 0.9, candidates = jsonb_build_array(jsonb_build_object(
                'id', CAST(:first AS text), 'title', 'The first', 'is_entity', false, 'score', 0.9, 'cosine', 0.9,
                'trigram', 0.9, 'type', 'semantic'))
        WHERE id::text = ANY(:later)""",
        first=first,
        later=list(later),
    )


def settled(page: Page) -> None:
    """The open item is drawn as a whole, so that keys act on it."""
    expect(page.locator(".page[data-settled]")).to_be_visible()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def all_are(site: Site, ids: Sequence[str], wanted: Sequence[str]) -> None:
    """Waits until they stand like that."""
    assert wait_for(lambda: states(site, ids) == list(wanted), PATIENCE), states(site, ids)


def narrowed(words: str) -> str:
    """The queue of those with these words, in the order in which they came."""
    return f"/ui/review?text={words}&sort=created_at"
