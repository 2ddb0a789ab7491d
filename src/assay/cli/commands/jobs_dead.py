"""Dead letters: what the queue could not work off."""

from typing import Annotated, Final

from cyclopts import App, Parameter

from assay import settings as configuration
from assay.cli.output import Json, print_json, printable, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import operator, with_database, with_servers
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.queue import dead_letters
from assay.queue.broker import JobBroker
from assay.web.views import jobs as views
from assay.web.views.job_records import DeadLetterView
from assay.web.views.paging import PageOf

MAX_LETTERS: Final = 1000

app = App(name="dead", help="List and replay dead letters.")


@app.command(name="list")
def list_(
    *,
    replayed: Annotated[bool, Parameter(negative="", help="Also those that were replayed.")] = False,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List the dead letters, newest first."""

    async def act(database: Database) -> PageOf[DeadLetterView]:
        async with database.transaction() as session:
            return await views.dead_letters(session, after=after, limit=limit, replayed=replayed)

    show_page(
        with_database(act),
        json,
        ["id", "at", "reason", "job", "error"],
        lambda each: (each.id, f"{each.at:%Y-%m-%d %H:%M:%S}", each.reason, each.job, each.error),
        nothing="There are no dead letters.",
    )


@app.command
def show(letter: Annotated[int, Parameter(help="Its id.")], /, *, json: Json = False) -> None:
    """Show one dead letter with its message."""

    async def read(database: Database) -> DeadLetterView:
        async with database.transaction() as session:
            return DeadLetterView.of(await dead_letters.get(session, letter))

    found = with_database(read)
    if json:
        print_json(found)
        return
    for name, value in found:
        say(f"  {name:12} {printable(str(value))}")


@app.command
def replay(
    letters: Annotated[list[int] | None, Parameter(help="One or more ids.", negative="")] = None,
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative="", help="Replay all of them.")] = False,
    json: Json = False,
) -> None:
    """Put dead letters back into the queue as new orders. Doing it twice still puts them back only once."""
    if bool(letters) == every:
        raise InvalidInput("Name dead letters by their ids, or give --all.")
    settings = configuration.load()

    async def give_back(database: Database, nats_url: str) -> list[int]:
        actor = await operator(database)
        broker = JobBroker.of(settings, nats_url, name="assay jobs dead")
        await broker.startup()
        try:
            chosen = letters or await _all(database)
            return [each for each in chosen if await dead_letters.replay(broker, database, each, actor=actor)]
        finally:
            await broker.shutdown()

    given = with_servers(give_back)
    if json:
        print_json({"replayed": given})
        return
    say(f"Put back into the queue: {', '.join(map(str, given))}." if given else "They had already been replayed.")


async def _all(database: Database) -> list[int]:
    async with database.transaction() as session:
        return [each.id for each in await dead_letters.letters(session, limit=MAX_LETTERS)]
