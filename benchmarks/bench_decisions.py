"""Approving: our action, the way of one transaction a proposal, and three bare statements as the limit."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from sqlalchemy import text

from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import AuditEntry, Entity, Proposal, ProposalStatus, ReviewAction
from assay.proposals import actions
from harness import ROUNDS, best_of, insert_proposals, show, with_database

NUMBER = 1000
LIMIT = "three bare statements"
Way = Callable[[Database, list[UUID]], Awaitable[None]]
COLUMNS = "title, body, title_key, identity_key, icon, color, keywords, atom_type, confidence, meta"


async def ours(database: Database, ids: list[UUID]) -> None:
    async with database.transaction() as session:
        await actions.approve(session, ids, actor=SYSTEM)


async def naive(database: Database, ids: list[UUID]) -> None:
    for each in ids:
        async with database.transaction() as session:
            proposal = await session.get_one(Proposal, each)
            names = COLUMNS.split(", ")
            entity = Entity(id=each, kind=proposal.kind, **{name: getattr(proposal, name) for name in names})
            session.add(entity)
            await session.flush()
            proposal.status, proposal.review_action = ProposalStatus.APPROVED, ReviewAction.APPROVE
            proposal.reviewed_by_user_id, proposal.reviewed_at, proposal.created_entity_id = 1, now(), each
            session.add(AuditEntry(actor_user_id=1, action="proposal.auto_approved", subject_id=each))


async def bare(database: Database, ids: list[UUID]) -> None:
    async with database.transaction() as session:
        for statement in (
            f"""INSERT INTO entities (id, kind, {COLUMNS})
               SELECT id, kind, {COLUMNS} FROM proposals WHERE id = ANY(:ids)""",
            """UPDATE proposals SET status = 'approved', review_action = 'approve', reviewed_by_user_id = 1,
               reviewed_at = now(), created_entity_id = id, version = version + 1 WHERE id = ANY(:ids)""",
            """INSERT INTO audit_log (actor_user_id, action, subject_id)
               SELECT 1, 'proposal.auto_approved', id FROM proposals WHERE id = ANY(:ids)""",
        ):
            await session.execute(text(statement), {"ids": ids})


async def main(database: Database) -> None:
    async def on_new_proposals(way: Way) -> None:
        await way(database, [waiting.pop() for _ in range(NUMBER)])

    ways = {"ours": ours, "one ORM transaction each": naive, LIMIT: bare}
    waiting = await insert_proposals(database, NUMBER * len(ways) * ROUNDS)
    seconds = await best_of({name: partial(on_new_proposals, way) for name, way in ways.items()})
    show("Approving", NUMBER, seconds, limit=LIMIT)


with_database(main)
