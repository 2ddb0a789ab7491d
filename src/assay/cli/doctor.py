"""Looking for what is wrong."""

import asyncio
import platform
import shutil
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Final

from sqlalchemy import text

from assay import settings as configuration
from assay.ai import choose
from assay.ai.choose import OFFLINE
from assay.ai.providers.llm.ping import ping
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.cli.output import Json, print_json, say
from assay.clock import now
from assay.db import migrate
from assay.db.engine import Database
from assay.errors import AssayError, Conflict, covered
from assay.messaging import bus
from assay.proposals.expiring import overdue
from assay.runtime.services import Services, running, services

LEAST_FREE_BYTES: Final = 1_000_000_000


@dataclass
class Findings:
    """What was looked at, and a sentence for each problem."""

    facts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    async def look(self, name: str, check: Awaitable[str]) -> None:
        try:
            self.facts[name] = covered(await check)
        except AssayError as error:
            self.facts[name] = "failed"
            if str(error) not in self.problems:
                self.problems.append(str(error))


def doctor(*, json: Json = False) -> int:
    """Look for what is wrong, one sentence per problem. Exits with 1 when there is one."""
    found = _examine()
    if json:
        print_json({"facts": found.facts, "problems": found.problems})
    else:
        for name, fact in found.facts.items():
            say(f"  {name:16} {fact}")
        for problem in found.problems:
            say(problem, style="red")
        if not found.problems:
            say("Nothing is wrong.", style="green")
    return 1 if found.problems else 0


def _examine() -> Findings:
    findings = Findings({"assay": version("assay"), "python": platform.python_version()})
    try:
        settings = configuration.load()
        _look_at_disk(findings)
        findings.facts["running"] = "yes" if running(settings.assay_home) else "no"
        with services(settings) as found:
            asyncio.run(_look_at_servers(findings, found))
    except AssayError as error:
        findings.problems.append(str(error))
    return findings


def _look_at_disk(findings: Findings) -> None:
    home = configuration.load().assay_home
    place = next(each for each in (home, *home.parents) if each.exists())
    free = shutil.disk_usage(place).free
    findings.facts["data"] = str(home)
    findings.facts["disk free"] = f"{free / 1e9:.1f} GB"
    if free < LEAST_FREE_BYTES:
        findings.problems.append(f"The disk of {home} has {free / 1e9:.1f} GB left: 1 GB is the least to work well.")


async def _look_at_servers(findings: Findings, found: Services) -> None:
    database = Database(found.database_url)
    await findings.look("migrations", _migrations(found.database_url))
    await findings.look("postgres", _database_versions(database))
    await findings.look("expiry", _expiry(database))
    await findings.look("nats", _broker(found.nats_url))
    await findings.look("embedding model", _model())
    await findings.look("extractor", _extractor())
    await database.close()


async def _database_versions(database: Database) -> str:
    await database.ping()
    async with database.transaction() as session:
        server = await session.scalar(text("SHOW server_version"))
        vector = await session.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
        # A pgvector built for another processor dies only when real dimensions reach its vector instructions.
        await session.execute(
            text("SELECT a <=> a FROM (SELECT array_agg(random())::real[]::vector AS a FROM generate_series(1, 384)) s")
        )
    return f"{server} with pgvector {vector}, self-test with 384 dimensions passed"


async def _expiry(database: Database) -> str:
    days = configuration.load().knowledge_proposal_expiration_days
    async with database.transaction() as session:
        found = await overdue(session, now() - timedelta(days=days))
    if found.needs_a_person:
        raise Conflict(found.sentence)
    return f"{found.number} of {found.pending} pending proposals are older than {days} days"


async def _broker(nats_url: str) -> str:
    return f"{await bus.ping(nats_url)} with JetStream"


async def _migrations(database_url: str) -> str:
    await asyncio.to_thread(migrate.ensure_newest, database_url)
    return await asyncio.to_thread(migrate.current, database_url) or "none"


async def _model() -> str:
    embedder = OfflineEmbedder()
    await embedder.embed(["a text"])
    return embedder.model


async def _extractor() -> str:
    settings = configuration.load()
    if settings.assay_extractor == OFFLINE:
        return OFFLINE
    choose.check(settings)
    return await ping(settings)
