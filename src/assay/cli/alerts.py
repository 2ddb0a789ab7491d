"""What is sent out about failures."""

import asyncio
import socket
from collections.abc import Sequence

from cyclopts import App

from assay import settings as configuration
from assay.alerts import outbox
from assay.alerts.notice import Notice
from assay.alerts.receiver import Receiver, Undelivered
from assay.alerts.receivers import configured
from assay.cli.output import Json, Limit, print_json, say, table
from assay.cli.session import with_database
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import AlertDelivery
from assay.errors import InvalidInput
from assay.messaging.events import JobError

app = App(name="alerts", help="Test and list what is sent out about failures.")


@app.command(name="test")
def send_test(*, json: Json = False) -> int:
    """Send a test to the webhook and by mail, as the settings have it. Exits with 1 when one is not taken."""
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
def list_(*, limit: Limit = 20, json: Json = False) -> None:
    """List what was sent, held back or given up, the newest first."""

    async def act(database: Database) -> Sequence[AlertDelivery]:
        async with database.transaction() as session:
            return await outbox.listed(session, limit=limit)

    found = with_database(act)
    if json:
        print_json([{name: getattr(each, name) for name in AlertDelivery.__table__.columns.keys()} for each in found])  # noqa: SIM118
        return
    if not found:
        say("Nothing was sent. What is sent, and when: docs/howto/be-told-of-failures.md")
        return
    table(
        ["when", "receiver", "about", "state", "attempts", "what"],
        [
            (
                f"{each.created_at:%Y-%m-%d %H:%M}",
                each.receiver,
                each.subject,
                each.state,
                each.attempts,
                each.error or each.complaint or "works again",
            )
            for each in found
        ],
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
