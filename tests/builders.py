"""Plain functions that make things with good defaults, and ways to look at them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import SYSTEM, Actor
from assay.db.base import new_id
from assay.db.bulk import insert_rows
from assay.db.engine import Database
from assay.db.models import Proposal, Source, SourceKind, StoredMessage
from assay.kinds import AtomType, Kind, Trust
from assay.proposals import actions
from assay.proposals.drafts import Draft, QuotedEvidence
from assay.text.names import name_skeleton

BOTH_KINDS = list(Kind)
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def draft(kind: Kind = Kind.ATOM, title: str = "", **changes: Any) -> Draft:
    """A sure proposal of something nobody said before."""
    title = title or f"Statement {new_id()}"
    defaults: dict[str, Any] = {
        "body": f"{title}, in full.",
        "stated_confidence": 0.9,
        "confidence": 0.97,
        "atom_type": AtomType.DECISION if kind is Kind.ATOM else None,
    }
    return Draft(kind=kind, title=title, **{**defaults, **changes})


def message_row(text: str = "We use Postgres 16.", **changes: Any) -> dict[str, Any]:
    identity = new_id()
    return {
        "id": identity,
        "source": "test",
        "external_id": str(identity),
        "channel": "backend",
        "author": "tom",
        "sent_at": MORNING,
        "text": text,
        "version": 1,
        "is_latest": True,
        "is_bot": False,
        **changes,
    }


async def propose(database: Database, drafts: Sequence[Draft], actor: Actor = SYSTEM) -> list[UUID]:
    async with database.transaction() as session:
        return await actions.propose(session, drafts, run_id=None, actor=actor)


async def source(session: AsyncSession, name: str, trust: Trust = Trust.TRUSTED, owner: Actor = SYSTEM) -> None:
    """A source, unless it is there."""
    row = {"name": name, "skeleton": name_skeleton(name), "kind": SourceKind.API, "owner_user_id": owner.user_id}
    await session.execute(insert(Source).values(**row, trust=trust).on_conflict_do_nothing())


def decided(words: str, **changes: Any) -> list[dict[str, Any]]:
    """Messages by which somebody tells a decision and two others consent, in a channel of their own."""
    told = message_row(f"Decision: {words}", channel=f"talk-{new_id()}")
    replies = [
        message_row(consent, author=author, channel=told["channel"], sent_at=MORNING + timedelta(minutes=minute))
        for minute, (author, consent) in enumerate([("ana", "agreed"), ("raj", "+1")], 1)
    ]
    return [{**each, **changes} for each in (told, *replies)]


def _words(draft: Draft) -> str:
    """One sentence that says all of a draft."""
    if draft.kind is Kind.TOPIC or draft.body in {"", draft.title}:
        return draft.title
    return f"we keep {draft.title}; {draft.body}".replace(". ", "; ")


async def with_evidence(database: Database, *drafts: Draft, **changes: Any) -> list[Draft]:
    """The drafts, each backed by a verified quote of a decision that two other people consented to.

    `changes`: what the messages are to be besides."""
    words = [_words(each) for each in drafts]
    talks = [
        decided(said, **changes) if each.kind is Kind.ATOM else [message_row(said, **changes)]
        for each, said in zip(drafts, words, strict=True)
    ]
    async with database.transaction() as session:
        await source(session, "test")
        await insert_rows(session, StoredMessage, [message for talk in talks for message in talk])
    backed = []
    for each, said, (told, *_) in zip(drafts, words, talks, strict=True):
        start = len(told["text"]) - len(said)
        quote = QuotedEvidence(told["id"], said, start, len(told["text"]))
        backed.append(replace(each, evidence=[quote], source_message_ids=[told["id"]]))
    return backed


async def give_atoms(database: Database, *topics: UUID) -> None:
    """Each of the topics, where they are topics, gets an atom of its own that somebody merged away long ago."""
    words = "'merged atom', '', 'merged atom', 'merged atom'"
    async with database.transaction() as session:
        await session.execute(
            text(f"""
            WITH topic AS (
                SELECT id, md5(id::text)::uuid AS atom FROM proposals WHERE id = ANY(:topics) AND kind = 'topic'
            ), known AS (
                INSERT INTO entities (id, kind, title, body, title_key, identity_key, confidence, archived)
                SELECT atom, 'atom', {words}, 1, true FROM topic)
            INSERT INTO proposals (id, kind, title, body, title_key, identity_key, topic_proposal_id, status,
                merged_into_entity_id, reviewed_at, proposed_by_user_id, stated_confidence, confidence)
            SELECT atom, 'atom', {words}, id, 'merged', atom, now(), 1, 1, 1 FROM topic"""),
            {"topics": list(topics)},
        )


async def get(database: Database, proposal_id: UUID) -> Proposal:
    async with database.transaction() as session:
        found = await session.get(Proposal, proposal_id)
    assert found
    return found


async def rows(database: Database, statement: str, **parameters: Any) -> list[Any]:
    async with database.transaction() as session:
        return list((await session.execute(text(statement), parameters)).all())


async def scalar(database: Database, statement: str, **parameters: Any) -> Any:
    async with database.transaction() as session:
        return await session.scalar(text(statement), parameters)


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Collects every statement that reaches the database in the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
