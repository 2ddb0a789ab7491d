"""A small world of knowledge and proposals in which everything hangs together, and all there is to know of it."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.builders import draft, propose, with_evidence

from assay.audit.actor import SYSTEM, Actor
from assay.db.engine import Database
from assay.kinds import AtomType, Kind, LinkType
from assay.knowledge import actions as knowledge
from assay.proposals import actions, queries
from assay.proposals.drafts import ProposedLink
from assay.proposals.merge import actions as merging
from assay.proposals.merge.fields import Choices
from assay.proposals.outcomes import Outcome

KNOWN: Final = {Kind.TOPIC: 3, Kind.ATOM: 4}
PENDING: Final = {Kind.TOPIC: 2, Kind.ATOM: 3}

STATE: Final = """
    SELECT 'entity', to_jsonb(e) - '{updated_at,revision}'::text[] FROM entities e
    UNION ALL SELECT 'filing', to_jsonb(f) FROM topic_atoms f
    UNION ALL SELECT 'link', to_jsonb(l) FROM atom_links l
    UNION ALL SELECT 'proposal', to_jsonb(p) - '{version,refreshed_at,review_action}'::text[] FROM proposals p
    UNION ALL SELECT 'evidence', to_jsonb(v) FROM evidence v
    UNION ALL SELECT 'merge', to_jsonb(m) FROM merges m WHERE undone_at IS NULL"""
FILINGS: Final = (
    "INSERT INTO topic_atoms (topic_id, atom_id, position, note) VALUES (:topic, :atom, :position, :note) "
    "ON CONFLICT (topic_id, atom_id) DO UPDATE SET position = :position, note = :note"
)
LINKS: Final = "INSERT INTO atom_links (from_id, to_id, link_type, strength) VALUES (:a, :b, :type, :strength)"


@dataclass(frozen=True)
class World:
    known: dict[Kind, list[UUID]]
    pending: dict[Kind, list[UUID]]

    def sources(self, kind: Kind) -> list[UUID]:
        return [*self.known[kind], *self.pending[kind]]


async def built(database: Database) -> World:
    topics = [
        draft(Kind.TOPIC, name, keywords=[name, "ledger"], icon=icon, color="blue")
        for name, icon in {"Ledger": "book", "Books": "key", "Sync": None, "Accounts": "lock", "Mirror": None}.items()
    ]
    atoms = [
        draft(
            Kind.ATOM,
            f"We use Postgres {number}",
            atom_type=list(AtomType)[number],
            meta={"number": number, f"only-{number}": True},
            topic_name=("Ledger", "Books", "Accounts")[number % 3],
        )
        for number in range(7)
    ]
    atoms[5] = _linked(atoms[5], (atoms[0].id, LinkType.SOLVES), (atoms[6].id, LinkType.SUPPORTS))
    atoms[6] = _linked(atoms[6], (atoms[1].id, LinkType.CONTRADICTS))
    await propose(database, await with_evidence(database, *topics, *atoms))
    known = {Kind.TOPIC: [each.id for each in topics[:3]], Kind.ATOM: [each.id for each in atoms[:4]]}
    pending = {Kind.TOPIC: [each.id for each in topics[3:]], Kind.ATOM: [each.id for each in atoms[4:]]}
    async with database.transaction() as session:
        for kind in Kind:
            assert all(each.done or each.refusal == "waiting" for each in await approve(session, known[kind]))
        await session.execute(text("UPDATE proposals SET topic_proposal_id = NULL WHERE status = 'pending'"))
        assert all(each.done for each in await approve(session, [known[Kind.ATOM][2]]))
        await _connect(session, known)
    return World(known, pending)


async def approve(session: AsyncSession, ids: list[UUID]) -> list[Outcome]:
    waiting = [each for each in ids if (await queries.get(session, each)).status == "pending"]
    return await actions.approve(session, waiting, actor=SYSTEM)


def _linked(each: Any, *links: tuple[UUID, LinkType]) -> Any:
    proposed = [ProposedLink(to, link_type, 0.5) for to, link_type in links]
    return draft(each.kind, each.title, id=each.id, atom_type=each.atom_type, meta=each.meta, links=proposed)


async def _connect(session: AsyncSession, known: dict[Kind, list[UUID]]) -> None:
    filings = [(0, 0, 7, "first"), (0, 1, 3, None), (1, 0, 2, "also here"), (1, 3, 9, "last"), (2, 1, 1, None)]
    links = [(0, 1, "solves", 0.9), (1, 0, "solves", 0.2), (2, 3, "supports", 0.4), (0, 3, "contradicts", 0.7)]
    topics, atoms = known[Kind.TOPIC], known[Kind.ATOM]
    for topic, atom, position, note in filings:
        row = {"topic": topics[topic], "atom": atoms[atom], "position": position, "note": note}
        await session.execute(text(FILINGS), row)
    for a, b, link_type, strength in links:
        row = {"a": atoms[a], "b": atoms[b], "type": link_type, "strength": strength}
        await session.execute(text(LINKS), row)


async def state(session: AsyncSession) -> list[str]:
    """Everything that a merge may touch, but for the trail that only grows, and what backs each entity."""
    rows = (await session.execute(text(STATE))).all()
    ids = list(await session.scalars(text("SELECT id FROM entities ORDER BY id")))
    return sorted(map(str, [*rows, *(await queries.behind(session, ids)).items()]))


async def merge(
    session: AsyncSession, world: World, sources: list[UUID], target: UUID, choices: Choices, actor: Actor = SYSTEM
) -> list[UUID]:
    """Merges proposals and entities alike. Returns those that went."""
    pending = {each for ids in world.pending.values() for each in ids}
    outcomes = [
        *await merging.merge(
            session, {each: target for each in sources if each in pending}, actor=actor, choices=choices
        ),
        *await knowledge.merge(
            session, {each: target for each in sources if each not in pending}, actor=actor, choices=choices
        ),
    ]
    return [each.id for each in outcomes if each.done]


async def unmerge(session: AsyncSession, world: World, ids: list[UUID]) -> list[Outcome]:
    """In the reverse order of `merge`."""
    pending = {each for group in world.pending.values() for each in group}
    return [
        *await knowledge.unmerge(session, [each for each in ids if each not in pending], actor=SYSTEM),
        *await actions.revert(session, [each for each in ids if each in pending], actor=SYSTEM),
    ]
