"""The trail of every change."""

from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.actions import user_named
from assay.cli.output import Json, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.proposals.queries import full_ids
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import AuditEntryView

app = App(name="audit", help="List the audit log: every change.")


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
