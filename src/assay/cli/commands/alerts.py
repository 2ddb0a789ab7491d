"""What is sent out about failures."""

import asyncio

from cyclopts import App

from assay import settings as configuration
from assay.alerts.receivers import configured
from assay.alerts.trial import tried
from assay.cli.output import Json, moment, print_json, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import AlertView

app = App(name="alerts", help="Test and list what is sent out about failures.")


@app.command(name="test")
def send_test(*, json: Json = False) -> int:
    """Send a test to the configured webhook and by mail. Exits with 1 if one is not accepted."""
    results = asyncio.run(tried(configured(configuration.load())))
    if json:
        print_json([{"receiver": name, "problem": problem} for name, problem in results.items()])
    else:
        for name, problem in results.items():
            say(f"{name}: {problem or 'taken'}", style="red" if problem else "green")
    return 1 if any(results.values()) else 0


@app.command(name="list")
def list_(*, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List what was sent, held back or given up, newest first."""

    async def act(database: Database) -> PageOf[AlertView]:
        async with database.transaction() as session:
            return await lists.alerts(session, after=after, limit=limit)

    show_page(
        with_database(act),
        json,
        ["when", "receiver", "about", "state", "attempts", "what"],
        lambda each: (
            moment(each.created_at),
            each.receiver,
            each.subject,
            each.state,
            each.attempts,
            each.error or each.complaint or "works again",
        ),
        nothing="Nothing was sent. What is sent, and when: docs/howto/be-told-of-failures.md",
    )
