"""What is the matter with the database is one sentence that says what to do."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from tests.db.refusing_server import refusing

from assay import disk
from assay.db import troubles
from assay.db.engine import Database
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio
DENIED = psycopg.errors.InsufficientPrivilege("permission denied for table proposals")
AWAY = psycopg.OperationalError("connection to server failed: Connection refused")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("", {}, psycopg.errors.DiskFull("could not extend file")), disk.FULL),
        (OperationalError("", {}, AWAY), f"The database does not answer: {AWAY}"),
        (OperationalError("", {}, psycopg.errors.TooManyConnections()), troubles.CROWDED),
        (InternalError("", {}, psycopg.errors.ReadOnlySqlTransaction()), troubles.READ_ONLY),
        (
            ProgrammingError("", {}, DENIED),
            f"The database refuses it ({DENIED}): grant its user everything on the schema.",
        ),
        (NoFreeConnection("QueuePool limit"), troubles.BUSY),
        (TimeoutError(), "The database does not answer: nothing came in time."),
        (OSError("No space left on device"), disk.FULL),
    ],
    ids=repr,
)
def test_each_trouble_has_its_sentence(error, sentence):
    assert troubles.explained(error) == sentence
    assert troubles.is_trouble(error)


@pytest.mark.parametrize("error", [DBAPIError("", {}, psycopg.errors.DivisionByZero()), ValueError("ours")], ids=repr)
def test_a_fault_of_ours_is_no_trouble_of_the_database(error):
    assert not troubles.is_trouble(error)


def test_whatever_a_server_without_room_says_its_disk_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: 0)
    assert troubles.explained(OperationalError("", {}, AWAY), tmp_path) == disk.full(tmp_path)
    assert troubles.for_everybody(OperationalError("", {}, AWAY), tmp_path) == disk.FULL


async def test_a_server_that_recovers_says_so():
    async with refusing("57P03", "the database system is starting up") as url:
        database = Database(url)
        with pytest.raises(Unavailable) as caught:
            await troubles.ensure_well(database)
        await database.close()
    assert str(caught.value) == troubles.RECOVERING


async def test_a_database_that_takes_no_changes_is_named(database):
    async with database.transaction() as session:
        await session.execute(text("SET LOCAL transaction_read_only = on"))
        with pytest.raises(InternalError) as caught:
            await session.execute(text("DELETE FROM proposals"))
    assert troubles.explained(caught.value) == troubles.READ_ONLY
