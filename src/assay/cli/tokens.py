"""Keys by which programs act for a user."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter
from cyclopts.validators import Number
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import actions, tokens
from assay.accounts.tokens import NewToken
from assay.audit.actor import Actor
from assay.cli.output import Json, print_json, say, table
from assay.cli.session import as_operator, with_database
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import ApiToken, Scope

app = App(name="tokens", help="Create, list and revoke the keys by which programs act for a user.")

Days = Annotated[int | None, Parameter(help="Days until it ends; left out, it does not.", validator=Number(gte=1))]


@app.command
def create(
    user: str,
    /,
    *,
    name: Annotated[str, Parameter(help="What it is for.")] = "command line",
    scope: Annotated[list[Scope], Parameter(negative="", help="What it may do; repeatable.")] = [Scope.READ],  # noqa: B006
    days: Days = None,
    json: Json = False,
) -> None:
    """Make a key for a user. It is shown this once."""

    async def change(session: AsyncSession, actor: Actor) -> NewToken:
        owner = await actions.user_named(session, user)
        ends = now() + timedelta(days=days) if days else None
        return await tokens.create(session, owner.id, name=name, scopes=scope, expires_at=ends, actor=actor)

    made = with_database(lambda database: as_operator(database, change))
    if json:
        print_json({**_document(made.token, user), "token": made.secret})
    else:
        say(made.secret)


@app.command(name="list")
def list_(*, json: Json = False) -> None:
    """List all keys, the newest first."""

    async def act(database: Database) -> list[dict[str, Any]]:
        async with database.transaction() as session:
            return [_document(token, name) for token, name in await tokens.listed(session)]

    documents = with_database(act)
    if json:
        print_json(documents)
        return
    rows = [
        (
            each["id"],
            each["user"],
            each["name"],
            f"{each['prefix']}...",
            ", ".join(each["scopes"]),
            each["expires_at"],
            each["last_used_at"],
            each["revoked_at"],
        )
        for each in documents
    ]
    table(["id", "user", "name", "begins", "scopes", "ends", "last used", "revoked"], rows)


@app.command
def revoke(token: UUID, /, *, json: Json = False) -> None:
    """End a key at once."""

    async def change(session: AsyncSession, actor: Actor) -> None:
        await tokens.revoke(session, token, actor=actor)

    with_database(lambda database: as_operator(database, change))
    if json:
        print_json({"revoked": token})
    else:
        say(f"Token {token} ends here.")


def _document(token: ApiToken, user: str) -> dict[str, Any]:
    fields = ("id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return {"user": user, **{field: getattr(token, field) for field in fields}}
