"""Keys by which programs act for a user."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from cyclopts.validators import Number
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import actions, tokens
from assay.accounts.tokens import NewToken
from assay.audit.actor import Actor
from assay.cli.output import Json, moment, print_json, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import as_operator, with_database
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import Scope
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import CreatedToken, TokenView

app = App(name="tokens", help="Create, list and revoke the keys by which programs act for a user.")

Days = Annotated[int | None, Parameter(help="Days until it expires; default: never.", validator=Number(gte=1))]


@app.command
def create(
    user: Annotated[str, Parameter(help="The name of its user.")],
    /,
    *,
    name: Annotated[str, Parameter(help="What it is for.")] = "command line",
    scope: Annotated[list[Scope], Parameter(negative="", help="What it may do; repeatable.")] = [Scope.READ],  # noqa: B006
    days: Days = None,
    json: Json = False,
) -> None:
    """Create a key for a user. It is shown only this once."""

    async def change(session: AsyncSession, actor: Actor) -> NewToken:
        owner = await actions.user_named(session, user)
        ends = now() + timedelta(days=days) if days else None
        return await tokens.create(session, owner.id, name=name, scopes=scope, expires_at=ends, actor=actor)

    made = with_database(lambda database: as_operator(database, change))
    if json:
        print_json(CreatedToken.of(made.token, user, token=made.secret))
    else:
        say(made.secret)


@app.command(name="list")
def list_(*, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List keys, newest first."""

    async def act(database: Database) -> PageOf[TokenView]:
        async with database.transaction() as session:
            return await lists.tokens(session, after=after, limit=limit)

    show_page(
        with_database(act),
        json,
        ["id", "user", "name", "begins", "scopes", "ends", "last used", "revoked"],
        lambda each: (
            each.id,
            each.user,
            each.name,
            f"{each.prefix}...",
            ", ".join(each.scopes),
            moment(each.expires_at),
            moment(each.last_used_at),
            moment(each.revoked_at),
        ),
        nothing="There are no keys. Create one with: assay tokens create USER",
    )


@app.command
def revoke(token: Annotated[UUID, Parameter(help="Its id.")], /, *, json: Json = False) -> None:
    """Revoke a key at once."""

    async def change(session: AsyncSession, actor: Actor) -> None:
        await tokens.revoke(session, token, actor=actor)

    with_database(lambda database: as_operator(database, change))
    if json:
        print_json({"revoked": token})
    else:
        say(f"Token {token} is revoked.")
