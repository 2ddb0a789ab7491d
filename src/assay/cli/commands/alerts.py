"""What is sent out about failures."""

import asyncio
import socket
from collections.abc import Sequence

from cyclopts import App

from assay import settings as configuration
from assay.alerts.notice import Notice
from assay.alerts.receiver import Receiver, Undelivered
from assay.alerts.receivers import configured
from assay.cli.output import Json, moment, print_json, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import with_database
from assay.clock import now
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.messaging.events import JobError
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import AlertView

app = App(name="alerts", help="Test and list what is sent out about failures.")


@app.command(name="test")
def send_test(*, json: Json = False) -> int:
    """Send a test to the webhook and by mail, as the settings have it. Exits with 1 when one is not accepted."""
    receivers = configured(configuration.load())
    if not receivers:
        raise InvalidInput("Nobody is told: set ASSAY_WEBHOOK_URL or ASSAY_SMTP_URL first.")
    results = asyncio.run(_try(receivers))
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


async def _try(receivers: Sequence[Receiver]) -> dict[str, str | None]:
    event = JobError("test", "This is a test: nothing is wrong.", {"host": socket.gethostname()}, now())
    notice = Notice.of(f"alert-test-{now():%Y%m%d%H%M%S%f}", event, now(), "error")
    return {each.name: await _problem(each, notice) for each in receivers}


async def _problem(receiver: Receiver, notice: Notice) -> str | None:
    try:
        await receiver.send(notice)
    except Undelivered as error:
        return str(error)
    return None
