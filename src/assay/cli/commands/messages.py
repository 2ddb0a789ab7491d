"""The messages that were imported."""

from typing import Annotated

from cyclopts import App, Parameter

from assay.cli.output import Json, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import MessageView

app = App(name="messages", help="List the messages that were imported.")


@app.command(name="list")
def list_(
    *,
    source: Annotated[str | None, Parameter(help="Only those that are known under this source.")] = None,
    channel: Annotated[str | None, Parameter(help="Only those of this channel.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List messages, newest first."""

    async def act(database: Database) -> PageOf[MessageView]:
        async with database.transaction() as session:
            return await lists.messages(session, after=after, limit=limit, source=source, channel=channel)

    show_page(
        with_database(act),
        json,
        ["id", "sent", "source", "channel", "author", "text"],
        lambda each: (
            short(each.id),
            f"{each.sent_at:%Y-%m-%d %H:%M}",
            each.source,
            each.channel,
            each.author,
            each.text,
        ),
        nothing="No message matches. Import a chat with: assay ingest FILE",
    )
