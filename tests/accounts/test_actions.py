"""Nobody gets a name that people take for somebody else's."""

import asyncio

import pytest
from sqlalchemy import text
from tests.builders import rows, scalar

from assay.accounts.actions import create_user, ensure_user
from assay.audit.actor import SYSTEM
from assay.db.models import Role
from assay.errors import Conflict, InvalidInput

pytestmark = pytest.mark.anyio


async def make(database, name):
    async with database.transaction() as session:
        return await create_user(session, name, role=Role.VIEWER, actor=SYSTEM)


@pytest.mark.parametrize(
    "alike",
    [
        "аna-maria",  # Cyrillic
        "ana‑maria",  # another hyphen
        "ana–maria",
        "ａｎａ-ｍａｒｉａ",
        "𝐚𝐧𝐚-maria",
        "ana-rnaria",
        "ana-mar1a",
        "ANA-MARIA",
        "ana-marıa",
        "ꓮna-maria",
        "ΑΝΑ-ΜΑRΙΑ",  # Greek capitals
        "АNА-МАRIА",
    ],
)
async def test_a_name_that_looks_like_one_that_is_taken_is_refused(database, alike):
    await make(database, "ana-maria")
    with pytest.raises(Conflict, match="There is a user 'ana-maria' already") as refused:
        await make(database, alike)
    assert str(refused.value).count(".") == 1
    assert await scalar(database, "SELECT count(*) FROM users WHERE name LIKE '%-%' OR role IS NOT NULL") == 1


@pytest.mark.parametrize("hidden", ["ana\u200bmaria", "ana\u202emaria", "ana\u3164", "ana\u2060"])
async def test_a_name_with_characters_that_nobody_sees_is_refused(database, hidden):
    await make(database, "ana")
    with pytest.raises((InvalidInput, Conflict)):
        await make(database, hidden)


async def test_names_that_people_tell_apart_are_fine(database):
    for name in ("ana", "anna", "ana-maria", "ana@example.com", "Иван", "李雷", "ana 2", "ana 3"):
        await make(database, name)


async def test_of_names_that_look_alike_and_come_at_once_one_wins(database):
    made = await asyncio.gather(
        *(make(database, name) for name in ("bob", "BOB", "Воb", "b0b", "bоb")), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict) for each in made) == 4


async def test_a_user_of_an_earlier_version_whose_name_looks_the_same_goes_on(database):
    await make(database, "ana")
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO users (name, kind, look) VALUES ('аna', 'user', NULL)"))
        assert (await ensure_user(session, "аna")).name == "аna"
    with pytest.raises(Conflict):
        await make(database, "аnа")


async def test_the_names_of_people_at_the_command_line_are_theirs_alone(database):
    for name in ("local:ana", "LOCAL:ana", "lоcal:ana", "1ocal:ana"):
        with pytest.raises(InvalidInput, match="Names that begin with local: are those of people at the command line"):
            await make(database, name)
    async with database.transaction() as session:
        await ensure_user(session, "local:ana")
        with pytest.raises(Conflict, match="'local:аna' looks the same"):
            await ensure_user(session, "local:аna")
    assert [each.name for each in await rows(database, "SELECT name FROM users WHERE name LIKE 'local:%'")] == [
        "local:ana"
    ]
