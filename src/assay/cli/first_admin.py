"""The first person who may sign in."""

import getpass
import os
import sys
import webbrowser
from html import escape
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay import settings as configuration
from assay.accounts import actions, passwords, sessions
from assay.accounts.secrets import new_secret
from assay.audit.actor import SYSTEM
from assay.cli.output import program, say
from assay.db.engine import Database
from assay.db.models import Role, User
from assay.runtime.files import make_folder, write_private

NAME: Final = "admin"
REDIRECT: Final = (
    '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    '<meta http-equiv="refresh" content="0; url={link}"><a href="{link}">Sign in</a>\n'
)


async def ensure_first_admin(database: Database) -> None:
    """Where nobody can sign in yet: makes an admin and shows the password, this once and only to a terminal.

    An output that is kept must never hold a password: there it only says how to make one.
    """
    async with database.transaction() as session:
        known = await session.scalar(select(User.id).where(User.role.is_not(None)).limit(1))
    if known is not None:
        return
    if not sys.stdout.isatty():
        say(f"Nobody can sign in yet. Make the first account with: {program()} users create NAME --role admin")
        return
    password = new_secret()
    hashed = await passwords.hashed(password)
    async with database.transaction() as session:
        user = await actions.create_user(session, NAME, role=Role.ADMIN, actor=SYSTEM)
        await actions.set_password(session, user.id, hashed, actor=SYSTEM)
    say(f"The first account is {NAME!r} with the password {password}. It is shown only this once.")


def open_in_browser(link: str) -> None:
    """Shows it to a person who sits before a screen; a browser in a terminal would take over the terminal.

    Everybody on the machine sees what a browser is started with: it is a private file, which leads on to the link.
    """
    if sys.stdout.isatty() and (os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}):
        page = configuration.load().assay_home / "sign-in.html"
        make_folder(page.parent)
        write_private(page, REDIRECT.format(link=escape(link)))
        webbrowser.open(page.absolute().as_uri())


async def link_for_operator(database: Database, address: str) -> str:
    """An address that signs the person at this terminal in once, as one who may do everything."""

    async def link(session: AsyncSession) -> str:
        actor = await actions.ensure_user(session, f"{actions.OPERATOR}{getpass.getuser()}")
        user = await actions.get_user(session, actor.user_id)
        if user.role is None:
            await actions.set_role(session, user.id, Role.ADMIN, actor=SYSTEM)
        return await sessions.make_link(session, user.id)

    async with database.transaction() as session:
        secret = await link(session)
    return f"{address}/sign-in?link={secret}"
