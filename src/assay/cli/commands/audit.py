"""The trail of every change."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.actions import user_named
from assay.audit import chain
from assay.audit.chain import Anchor, BrokenLink
from assay.cli.output import Json, errors, print_json, say, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.proposals.queries import full_ids
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import AuditEntryView

MAX_TOLD: Final = 20

app = App(name="audit", help="List the audit log, every change, and check that nobody changed it.")


@app.command(name="list")
def list_(
    *,
    action: Annotated[str | None, Parameter(help="Only changes of this name, such as proposal.approved.")] = None,
    subject: Annotated[str | None, Parameter(help="Only changes of this proposal, topic or atom.")] = None,
    actor: Annotated[str | None, Parameter(help="Only what this user did.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List changes, newest first: what happened to what, and who did it."""

    async def act(database: Database) -> PageOf[AuditEntryView]:
        async with database.transaction() as session:
            return await lists.audit_entries(
                session,
                after=after,
                limit=limit,
                action=action,
                subject=await _subject(session, subject),
                actor=(await user_named(session, actor)).id if actor else None,
            )

    show_page(
        with_database(act),
        json,
        ["id", "when", "who", "what happened", "to"],
        lambda each: (
            each.id,
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            each.actor,
            each.action,
            f"{each.entity_type or ''} {short(each.subject_id)}" if each.subject_id else each.entity_type,
        ),
        nothing="No change fits.",
    )


async def _subject(session: AsyncSession, typed: str | None) -> UUID | None:
    return (await full_ids(session, [typed]))[0] if typed else None


@app.command
def verify(
    *,
    anchor: Annotated[Path | None, Parameter(help="A file of anchors that were kept elsewhere.")] = None,
    json: Json = False,
) -> int:
    """Check that no entry of the audit log was edited, deleted, inserted or moved. Exits with 1 if one was.

    What was erased with `assay erase` does not count: the log says that it was.
    """
    anchors = _anchors(anchor) if anchor else []

    async def act(database: Database) -> tuple[Anchor | None, list[BrokenLink]]:
        await chain.extend(database)
        async with database.snapshot() as session:
            return await chain.anchor(session), [each async for each in chain.verify(session, anchors)]

    newest, broken = with_database(act)
    if json:
        print_json({"links": newest.number if newest else 0, "broken": [asdict(each) for each in broken]})
    else:
        _show_broken(newest, broken)
    return 1 if broken else 0


def _show_broken(newest: Anchor | None, broken: Sequence[BrokenLink]) -> None:
    for each in broken[:MAX_TOLD]:
        say(f"Entry {each.entry_id}: {each.why}.", style="red")
    if len(broken) > MAX_TOLD:
        say(f"... and {len(broken) - MAX_TOLD:,} more.", style="red")
    if not broken:
        say(f"All {newest.number if newest else 0:,} links of the audit log hold.", style="green")


def _anchors(path: Path) -> list[Anchor]:
    """Raises InvalidInput."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}.") from None
    return [Anchor.read(line) for line in lines if line.strip()]


@app.command(name="anchor")
def print_anchor(*, json: Json = False) -> None:
    """Print the newest link of the audit log as a line to keep elsewhere: `verify` checks the log against it."""

    async def act(database: Database) -> Anchor | None:
        await chain.extend(database)
        async with database.transaction() as session:
            return await chain.anchor(session)

    newest = with_database(act)
    if json:
        print_json(asdict(newest) if newest else None)
    elif newest is None:
        errors.print("The audit log is empty: there is nothing to keep yet.")
    else:
        print(newest)  # noqa: T201  # a line for a file, never folded
