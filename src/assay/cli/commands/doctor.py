"""Looking for what is wrong."""

import asyncio
import platform
from collections.abc import Awaitable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from assay import disk
from assay import settings as configuration
from assay.cli import checks
from assay.cli.listener import PREFERRED_PORT, is_free
from assay.cli.output import Json, print_json, say
from assay.db import troubles
from assay.db.engine import Database, first_line
from assay.errors import AssayError, covered
from assay.runtime.services import Services, running, services
from assay.settings import Settings

MIN_FREE_BYTES: Final = 1_000_000_000


@dataclass
class Findings:
    """What was looked at, and a sentence for each problem."""

    facts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    home: Path | None = None
    """The folder of our own database."""

    def complain(self, sentence: str) -> None:
        """Once for each."""
        if (covering := covered(sentence)) not in self.problems:
            self.problems.append(covering)

    async def look(self, name: str, check: Awaitable[str]) -> None:
        """Whatever comes of a look is a fact or a sentence, never a traceback."""
        try:
            self.facts[name] = covered(await check)
        except Exception as error:  # noqa: BLE001  # what is wrong may be anything
            self.facts[name] = "failed"
            self.complain(explained(error, self.home, f"looking at {name}"))


def explained(error: Exception, home: Path | None, what: str) -> str:
    """One sentence about any error."""
    if isinstance(error, AssayError):
        return str(error)
    if isinstance(error, SQLAlchemyError) and troubles.is_trouble(error):
        return troubles.explained(error, home)
    place = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    return f"A fault while {what}: {type(error).__name__}: {first_line(error)}{place}."


def doctor(*, json: Json = False) -> int:
    """Check for problems, one sentence each. It changes no record. Exits with 1 if there is one."""
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
        findings.home = settings.own_database
        _look_at_home(findings, settings)
        with services(settings) as found:
            asyncio.run(_look_at_servers(findings, settings, found))
    except Exception as error:  # noqa: BLE001  # what is wrong may be anything
        findings.complain(disk.full(findings.home) or explained(error, findings.home, "the servers were started"))
    return findings


def _look_at_home(findings: Findings, settings: Settings) -> None:
    home = settings.assay_home
    free = disk.free_bytes(home)
    findings.facts["data"] = str(home)
    findings.facts["disk free"] = "unknown" if free is None else f"{free / 1e9:.1f} GB"
    if free is not None and free < MIN_FREE_BYTES:
        few = f"The disk of {home} has {free / 1e9:.1f} GB left, and 1 GB is the least to work well: make room on it."
        findings.complain(disk.full(home) or few)
    state = running(home)
    findings.facts["running"] = "yes" if state else "no"
    if not (state or is_free(PREFERRED_PORT)):
        findings.facts["web app"] = f"port {PREFERRED_PORT} is taken: start with assay up --port 0"


async def _look_at_servers(findings: Findings, settings: Settings, found: Services) -> None:
    database = Database(found.database_url)
    try:
        await findings.look("postgres", checks.server(database))
        await findings.look("migrations", checks.migrations(database))
        await findings.look("nats", checks.broker(found.nats_url))
        if findings.facts["postgres"] != "failed":
            await findings.look("expiry", checks.expiry(database, settings))
            await findings.look("vector indexes", checks.indexes(database))
            for problem in await checks.problems_of_jobs(database, settings, found):
                findings.complain(problem)
        await findings.look("embedding model", checks.embedding_model(settings))
        await findings.look("extractor", checks.extractor(settings))
    finally:
        await database.close()
