"""Where messages come from: who may write there, and whether the machine may believe it."""

import getpass
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.actions import user_named
from assay.audit.actor import Actor
from assay.cli.output import Json, moment, print_json, printable, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import as_operator, with_database
from assay.db.engine import Database
from assay.db.models import HookPlatform
from assay.errors import InvalidInput
from assay.hooks import actions as hooks
from assay.kinds import Trust
from assay.sources import actions, queries
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import SourceView

app = App(name="sources", help="List the sources of messages, and say who may write to them and which are trusted.")
Name = Annotated[str, Parameter(help="Its name.")]

To = Annotated[HookPlatform, Parameter(help="Which program sends.")]

TRUSTED: Final = {
    Trust.TRUSTED: "the system may approve alone what is quoted from it",
    Trust.UNTRUSTED: "what is quoted from it waits for a person",
}
OWNER_HELP = "Its new owner."
OPEN_HELP = "Who else may write to it; repeatable."
CLOSE_HELP = "Who may no longer write to it; repeatable."


@app.command(name="list")
def list_(*, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List the sources, by name."""

    async def act(database: Database) -> PageOf[SourceView]:
        async with database.transaction() as session:
            return await lists.sources(session, after=after, limit=limit)

    show_page(
        with_database(act),
        json,
        ["name", "trust", "kind", "owner", "open to", "since"],
        lambda each: (each.name, each.trust, each.kind, each.owner.name, _names(each), moment(each.created_at)),
        nothing="There is no source yet: importing messages creates one. Import some with: assay ingest",
    )


@app.command
def show(name: Name, /, *, json: Json = False) -> None:
    """Show one source."""

    async def act(database: Database) -> SourceView:
        async with database.transaction() as session:
            return SourceView.model_validate(await queries.named(session, name))

    found = with_database(act)
    if json:
        print_json(found)
    else:
        _show_all(found)


@app.command(name="set")
def set_(
    name: Name,
    /,
    *,
    trust: Annotated[
        Trust | None, Parameter(help="Whether the system may approve on its own what is quoted from it.")
    ] = None,
    owner: Annotated[str | None, Parameter(help=OWNER_HELP)] = None,
    open_to: Annotated[list[str], Parameter(name="--open", negative="", help=OPEN_HELP)] = [],  # noqa: B006
    close_to: Annotated[list[str], Parameter(name="--close", negative="", help=CLOSE_HELP)] = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Trust a source or not, give it to somebody, open it to users and close it. It holds at once."""
    if trust is None and owner is None and not open_to and not close_to:
        raise InvalidInput("Say what to change: --trust trusted|untrusted, --owner, --open or --close with a user.")

    async def change(session: AsyncSession, actor: Actor) -> SourceView:
        known = await queries.named(session, name)
        writers = {each.id for each in known.writers} | await _ids(session, open_to)
        await actions.change(
            session,
            known.id,
            trust=trust or known.trust,
            owner_user_id=known.owner.id if owner is None else (await user_named(session, owner)).id,
            writers=sorted(writers - await _ids(session, close_to)),
            actor=actor,
            version=known.version,
        )
        return SourceView.model_validate(await queries.named(session, name))

    changed = with_database(lambda database: as_operator(database, change))
    if json:
        print_json(changed)
        return
    others = f" {_names(changed)} may also write to it." if changed.writers else ""
    say(f"{printable(changed.name)} is {changed.trust}. It belongs to {changed.owner.name}.{others}")


@app.command
def connect(name: Name, /, *, to: To, json: Json = False) -> None:
    """Let a chat program send what is said into a source, as it is said. The secret is asked for, or read from
    standard input: the signing secret of Slack, the secret token of Telegram, the token of Mattermost, or the public
    key of Discord."""
    secret = (getpass.getpass("Secret: ") if sys.stdin.isatty() else sys.stdin.readline(1_000)).strip()

    async def act(session: AsyncSession, actor: Actor) -> UUID:
        return await hooks.connect(session, name, to, secret, actor=actor)

    source_id = with_database(lambda database: as_operator(database, act))
    path = f"/api/v1/sources/{source_id}/events"
    if json:
        print_json({"source": name, "platform": to, "path": path})
        return
    say(f"{printable(name)} takes what {to} sends to this path of Assay's address:")
    say(path)


@app.command
def disconnect(name: Name, /, *, json: Json = False) -> None:
    """Take nothing more from the chat program that is connected to a source."""
    with_database(lambda database: as_operator(database, partial(_disconnect, name)))
    if json:
        print_json({"disconnected": name})
    else:
        say(f"{printable(name)} takes nothing more.")


async def _disconnect(name: str, session: AsyncSession, actor: Actor) -> None:
    await hooks.disconnect(session, name, actor=actor)


async def _ids(session: AsyncSession, names: Sequence[str]) -> set[int]:
    """Raises NotFound."""
    return {(await user_named(session, each)).id for each in names}


def _names(source: SourceView) -> str:
    return ", ".join(each.name for each in source.writers)


def _show_all(source: SourceView) -> None:
    say(printable(source.name), style="bold")
    say(f"  trust    {source.trust} ({TRUSTED[source.trust]})")
    say(f"  kind     {source.kind}")
    say(f"  owner    {source.owner.name}")
    say(f"  open to  {_names(source) or 'nobody else but admins'}")
    say(f"  since    {moment(source.created_at)}")
    other = next(each for each in Trust if each is not source.trust)
    name = shlex.quote(printable(source.name))
    say(f"Change it: assay sources set {name} --trust {other}", style="dim")
