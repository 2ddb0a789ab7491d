"""Which embedding model everything is compared by. Only `assay reembed` changes it."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.locks import DECISIONS, hold_until_commit
from assay.duplicates import scale, vectors

_BEGIN: Final = """
    INSERT INTO embedding_models (model, state, started_at) VALUES (:model, 'building', :at)
    ON CONFLICT (model) DO UPDATE SET state = excluded.state, started_at = excluded.started_at
    WHERE embedding_models.state = 'retired'"""


async def active_model(session: AsyncSession, configured: str) -> str:
    """The model that serves: the one that was switched to last; before the first, the one of the settings."""
    found = await session.scalar(text("SELECT model FROM embedding_models WHERE state = 'serving'"))
    return found or configured


async def scorer_version(session: AsyncSession, configured: str) -> str:
    """The name under which a state is worth something at this moment. `configured`: the model of the settings."""
    return (await scale.in_force(session, await active_model(session, configured))).version


async def activate_if_none(session: AsyncSession, configured: str) -> str:
    """Makes the model of the settings serve if none does yet. Returns the one that serves."""
    await hold_until_commit(session, DECISIONS)
    found = await active_model(session, configured)
    await session.execute(
        text("""
        INSERT INTO embedding_models (model, state, started_at) VALUES (:model, 'serving', :at)
        ON CONFLICT DO NOTHING"""),
        {"model": found, "at": now()},
    )
    return found


async def begin_building(session: AsyncSession, model: str) -> bool:
    """From now on vectors of this model may be made beside those that serve. False where it serves already.

    What else was being built is given up.
    """
    serves = await activate_if_none(session, model) == model
    await session.execute(
        text("UPDATE embedding_models SET state = 'retired' WHERE state = 'building' AND model <> :model"),
        {"model": model},
    )
    await session.execute(text(_BEGIN), {"model": model, "at": now()})
    return not serves


async def activate(session: AsyncSession, model: str, actor: Actor) -> bool:
    """Lets a model serve, if everything alive has its vector. Until this commits all are compared by the old one."""
    await hold_until_commit(session, DECISIONS)
    if await vectors.missing(session, model, 1):
        return False
    before = await session.scalar(
        text("UPDATE embedding_models SET state = 'retired' WHERE state = 'serving' RETURNING model")
    )
    await session.execute(
        text("UPDATE embedding_models SET state = 'serving', switched_at = :at WHERE model = :model"),
        {"model": model, "at": now()},
    )
    await record(session, actor, [Record("embeddings.switched", detail={"from": before, "to": model})])
    return True
