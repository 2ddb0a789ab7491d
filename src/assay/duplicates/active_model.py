"""Which embedding model everything is compared by. Only `assay reembed` changes it."""

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import EmbeddingModel, ModelState
from assay.duplicates import scale, vectors

_SERVES: Final = EmbeddingModel.state == ModelState.SERVING


async def active_model(session: AsyncSession, configured: str) -> str:
    """The model that serves: the one that was switched to last; before the first, the one of the settings."""
    found = await session.scalar(select(EmbeddingModel.model).where(_SERVES))
    return found or configured


async def scorer_version(session: AsyncSession, configured: str) -> str:
    """The name under which a state is worth something at this moment. `configured`: the model of the settings."""
    return (await scale.in_force(session, await active_model(session, configured))).version


async def activate_if_none(session: AsyncSession, configured: str) -> str:
    """Makes the model of the settings serve if none does yet. Returns the one that serves."""
    await hold_until_commit(session, DECISIONS)
    found = await active_model(session, configured)
    row = insert(EmbeddingModel).values(model=found, state=ModelState.SERVING, started_at=now())
    await session.execute(row.on_conflict_do_nothing())
    return found


async def begin_building(session: AsyncSession, model: str) -> bool:
    """From now on vectors of this model may be made beside those that serve. False where it serves already.

    What else was being built is given up.
    """
    serves = await activate_if_none(session, model) == model
    others = (EmbeddingModel.state == ModelState.BUILDING) & (EmbeddingModel.model != model)
    await session.execute(update(EmbeddingModel).where(others).values(state=ModelState.RETIRED))
    row = insert(EmbeddingModel).values(model=model, state=ModelState.BUILDING, started_at=now())
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[EmbeddingModel.model],
            set_={"state": row.excluded.state, "started_at": row.excluded.started_at},
            where=EmbeddingModel.state == ModelState.RETIRED,
        )
    )
    return not serves


async def activate(session: AsyncSession, model: str, actor: Actor) -> bool:
    """Lets a model serve, if everything alive has its vector. Until this commits all are compared by the old one."""
    await hold_until_commit(session, DECISIONS)
    if await vectors.missing(session, model, 1):
        return False
    retired = update(EmbeddingModel).where(_SERVES).values(state=ModelState.RETIRED)
    before = await session.scalar(retired.returning(EmbeddingModel.model))
    serves = update(EmbeddingModel).where(EmbeddingModel.model == model)
    await session.execute(serves.values(state=ModelState.SERVING, switched_at=now()))
    await record(session, actor, [Record("embeddings.switched", detail={"from": before, "to": model})])
    return True
