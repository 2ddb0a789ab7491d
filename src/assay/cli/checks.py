"""What `assay doctor` looks at: each look tells what it saw, or raises with a sentence that says what to do."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import assay.jobs  # noqa: F401  # registers the jobs
from assay.ai import factory
from assay.ai.factory import OFFLINE
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.cli import sql
from assay.clock import now
from assay.db import migrate
from assay.db.engine import Database
from assay.db.troubles import READ_ONLY, ensure_well
from assay.duplicates.sql.vectors import LINKS, index_rebuilt
from assay.duplicates.vectors import outdated_indexes
from assay.errors import Conflict, Unavailable
from assay.messaging import nats
from assay.proposals.expiry import overdue
from assay.queue import health
from assay.runtime.services import Services, running
from assay.settings import Settings


async def server(database: Database) -> str:
    await ensure_well(database)
    async with database.transaction() as session:
        number = await session.scalar(select(func.current_setting("server_version")))
        if await session.scalar(select(func.current_setting("transaction_read_only"))) == "on":
            raise Unavailable(READ_ONLY)
        if not await session.scalar(sql.MAY_CREATE):
            raise Unavailable(
                "The user of DATABASE_URL may not create anything in its schema: "
                "GRANT USAGE, CREATE ON SCHEMA public TO its name."
            )
        if not (vector := await session.scalar(sql.VECTOR)):
            return f"{number} with pgvector {await _available(session)}, made by the first command"
        # A pgvector built for another processor dies only when real dimensions reach its vector instructions.
        await session.execute(sql.COMPARES_VECTORS)
    return f"{number} with pgvector {vector}, self-test with 384 dimensions passed"


async def _available(session: AsyncSession) -> str:
    """The version that our first migration makes; raises where it cannot, or was made and is gone."""
    version = await session.scalar(sql.AVAILABLE)
    if not version:
        raise Unavailable("PostgreSQL has no pgvector: install it on its server, then CREATE EXTENSION vector;")
    if await session.scalar(sql.TABLES) or not await session.scalar(sql.IS_SUPERUSER):
        raise Unavailable("The database lacks the extension pgvector: as a superuser, CREATE EXTENSION vector; in it.")
    return str(version)


async def broker(nats_url: str) -> str:
    return f"{await nats.ping(nats_url)} with JetStream"


async def migrations(database: Database) -> str:
    """It makes none: the next command does."""
    async with database.transaction() as session:
        found, newest = await migrate.revision(session), migrate.newest()
        tables = await session.scalar(sql.TABLES)
    if found is None and not tables:
        return f"none yet: the next command makes those up to {newest}"
    if not migrate.is_served(found):
        raise Unavailable(
            f"The database is at revision {found}, and this version of Assay needs {newest}: "
            "any other command brings it there, for example assay up."
        )
    return f"{found}, made by a newer version of Assay" if found != newest else newest


async def expiry(database: Database, settings: Settings) -> str:
    days = settings.knowledge_proposal_expiration_days
    async with database.transaction() as session:
        if not migrate.is_served(await migrate.revision(session)):
            return "nothing to look at yet"
        found = await overdue(session, now() - timedelta(days=days))
    if found.needs_a_person:
        raise Conflict(found.sentence)
    return f"{found.number} of {found.pending} pending proposals are older than {days} days"


async def indexes(database: Database) -> str:
    async with database.transaction() as session:
        outdated = await outdated_indexes(session)
    if outdated:
        statements = " ".join(map(index_rebuilt, outdated))
        names = ", ".join(outdated)
        raise Unavailable(
            f"Built with old parameters, so that duplicates are missed: {names}. "
            f"Rebuild them while everything keeps running: {statements}"
        )
    return f"built with m = {LINKS}"


async def problems_of_jobs(database: Database, settings: Settings, found: Services) -> list[str]:
    """Where nothing is meant to run at this moment, that nobody works is no problem."""
    async with database.transaction() as session:
        if not migrate.is_served(await migrate.revision(session)):
            return []
    at_work = not found.owned and (settings.database_url is None or running(settings.assay_home) is not None)
    return list((await health.look(database, settings, found.nats_url, at_work=at_work)).problems)


async def embedding_model(settings: Settings) -> str:
    embedder = factory.embedder(settings, OfflineEmbedder())
    await embedder.embed(["a text"])
    return embedder.model


async def extractor(settings: Settings) -> str:
    if settings.assay_extractor == OFFLINE:
        return OFFLINE
    factory.validate_settings(settings)
    from assay.ai.providers.llm.ping import ping  # its client is slow to import

    return await ping(settings)
