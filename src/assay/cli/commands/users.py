"""The people and agents who may sign in or send tokens."""

import getpass
import sys
from typing import Annotated

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import actions, passwords
from assay.audit.actor import Actor
from assay.cli.output import Json, moment, print_json, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import as_operator, with_database
from assay.db.engine import Database
from assay.db.models import ActorKind, Role, User
from assay.errors import InvalidInput
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import UserView

app = App(name="users", help="Create, list and change the people and agents who have access.")

AGENT_HELP = "For a program: it gets tokens and no password."
PASSWORD_HELP = "Read the password from standard input, without asking."  # noqa: S105  # a help text
NO_PASSWORD_HELP = "They sign in through the identity provider only."  # noqa: S105  # a help text
Name = Annotated[str, Parameter(help="Their name.")]
AtMost = Annotated[Role, Parameter(help="The most they may do.")]
PasswordStdin = Annotated[bool, Parameter(name="--password-stdin", negative="", help=PASSWORD_HELP)]


@app.command
def create(
    name: Name,
    /,
    *,
    role: AtMost = Role.REVIEWER,
    agent: Annotated[bool, Parameter(negative="", help=AGENT_HELP)] = False,
    password_stdin: PasswordStdin = False,
    no_password: Annotated[bool, Parameter(name="--no-password", negative="", help=NO_PASSWORD_HELP)] = False,
    json: Json = False,
) -> None:
    """Create a user. Asks for the password at the terminal."""
    password = None if agent or no_password else _password(password_stdin)
    kind = ActorKind.AGENT if agent else ActorKind.USER

    async def act(database: Database) -> User:
        hashed = await passwords.hashed(password) if password is not None else None

        async def change(session: AsyncSession, actor: Actor) -> User:
            user = await actions.create_user(session, name, role=role, kind=kind, actor=actor)
            if hashed:
                await actions.set_password(session, user.id, hashed, actor=actor)
            return user

        return await as_operator(database, change)

    _show(with_database(act), json)


@app.command(name="list")
def list_(*, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List everybody, by name: people, agents, and those known by name only."""

    async def act(database: Database) -> PageOf[UserView]:
        async with database.transaction() as session:
            return await lists.users(session, after=after, limit=limit)

    show_page(
        with_database(act),
        json,
        ["name", "kind", "role", "disabled since"],
        lambda each: (each.name, each.kind, each.role or "no access", moment(each.disabled_at)),
        nothing="There is nobody.",
    )


@app.command(name="set-role")
def set_role(name: Name, role: AtMost, /, *, json: Json = False) -> None:
    """Give somebody another role: viewer, reviewer or admin."""

    async def change(session: AsyncSession, actor: Actor) -> User:
        user = await actions.user_named(session, name)
        return await actions.set_role(session, user.id, role, actor=actor)

    _show(with_database(lambda database: as_operator(database, change)), json)


@app.command
def disable(name: Name, /, *, json: Json = False) -> None:
    """Disable a user at once, everywhere. Their decisions stay."""

    async def change(session: AsyncSession, actor: Actor) -> User:
        user = await actions.user_named(session, name)
        return await actions.disable_user(session, user.id, actor=actor)

    _show(with_database(lambda database: as_operator(database, change)), json)


@app.command
def enable(name: Name, /, *, json: Json = False) -> None:
    """Enable a user who was disabled."""

    async def change(session: AsyncSession, actor: Actor) -> User:
        user = await actions.user_named(session, name)
        return await actions.enable_user(session, user.id, actor=actor)

    _show(with_database(lambda database: as_operator(database, change)), json)


@app.command(name="set-password")
def set_password(name: Name, /, *, password_stdin: PasswordStdin = False, json: Json = False) -> None:
    """Replace a user's password. They are signed out everywhere."""
    password = _password(password_stdin)

    async def act(database: Database) -> User:
        hashed = await passwords.hashed(password)

        async def change(session: AsyncSession, actor: Actor) -> User:
            user = await actions.user_named(session, name)
            return await actions.set_password(session, user.id, hashed, actor=actor)

        return await as_operator(database, change)

    _show(with_database(act), json)


def _password(from_stdin: bool) -> str:
    """Raises InvalidInput where nobody can be asked, or where the two do not agree."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput("There is no terminal to prompt for a password: give --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise InvalidInput("The two passwords differ.")
    return password


def _show(user: User, json: bool) -> None:
    if json:
        print_json(UserView.model_validate(user))
        return
    state = "disabled" if user.disabled_at else user.role or "without access"
    say(f"{user.name} is {state}.")
