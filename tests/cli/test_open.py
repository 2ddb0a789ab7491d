"""Signing in to the web app from the terminal."""

import asyncio
import getpass
from urllib.parse import parse_qs, urlsplit

import pytest

from assay.accounts import sessions
from assay.db.engine import Database
from assay.db.models import Role, User
from assay.errors import Unauthenticated

ADDRESS = "https://assay.example.com"


def test_the_link_signs_the_person_at_the_terminal_in_once_as_one_who_may_do_everything(empty, database_url):
    link = urlsplit(empty("open", "--address", f"{ADDRESS}/", "--json").document["link"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{ADDRESS}/sign-in"
    [secret] = parse_qs(link.query)["link"]

    async def follow() -> User:
        database = Database(database_url)
        try:
            async with database.transaction() as session:
                return (await sessions.sign_in_by_link(session, secret)).user
        finally:
            await database.close()

    user = asyncio.run(follow())
    assert (user.name, user.role) == (f"local:{getpass.getuser()}", Role.ADMIN)
    with pytest.raises(Unauthenticated):
        asyncio.run(follow())
    assert (
        f"Sign-in link (one use, valid 10 minutes): {ADDRESS}/sign-in?link=" in empty("open", "--address", ADDRESS).out
    )


def test_where_nobody_can_know_the_address_it_is_asked_for(empty):
    assert "assay open --address https://" in empty("open").refused(2)


def test_where_nothing_runs_that_is_said(alone):
    assert alone("open", DATABASE_URL="", NATS_URL="").refused(3) == "Assay is not running. Start it with: assay up"
