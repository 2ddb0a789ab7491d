"""A small Assay in which something of everything happened."""

import json
from pathlib import Path

from tests.builders import draft, propose, rows, with_evidence

from assay.accounts import tokens
from assay.accounts.actions import create_user
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.db.models import Role, Scope
from assay.export import records
from assay.kinds import Kind
from assay.knowledge import actions as knowledge
from assay.proposals import actions

LINK = "https://chat.test/archives/C1/p1"


async def lived_in(database: Database) -> None:
    """Topics and atoms that were proposed, approved, merged and rejected, on quotes of real messages."""
    topic = draft(Kind.TOPIC, "Backups")
    keep = draft(title="Backups are kept for 35 days", topic_name="Backups")
    near = draft(title="Backups stay for five weeks", topic_name="Backups")
    drafts = await with_evidence(database, topic, keep, near, draft(title="No"), draft(title="Later"), permalink=LINK)
    subject, first, second, refused, _ = await propose(database, drafts)
    async with database.transaction() as session:
        user = await create_user(session, "ana", role=Role.ADMIN, actor=SYSTEM)
        await tokens.create(session, user.id, name="bot", scopes=[Scope.READ], actor=SYSTEM)
        await actions.approve(session, [subject, first, second], actor=SYSTEM)
        await actions.reject(session, [refused], actor=SYSTEM)
    async with database.transaction() as session:
        await knowledge.merge(session, {second: first}, actor=SYSTEM)
    await rows(database, "UPDATE users SET password_hash = 'a digest' WHERE name = 'ana' RETURNING id")


async def exported(database: Database, path: Path) -> list[dict]:
    """Writes the export and returns its lines."""
    content = b"".join([piece async for piece in records.lines(database)])
    path.write_bytes(content)  # noqa: ASYNC240  # a test may wait
    return [json.loads(line) for line in content.splitlines()]
