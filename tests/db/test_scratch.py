"""A database beside ours, for the length of a block."""

import psycopg
import pytest
from sqlalchemy import text
from tests.builders import scalar

from assay.db.engine import Database
from assay.db.migrate import current, newest
from assay.db.scratch import NAME, scratch_database
from assay.errors import Conflict

pytestmark = pytest.mark.anyio

OWN = "SELECT oid FROM pg_database WHERE datname = current_database()"
THERE = "SELECT count(*) FROM pg_database WHERE datname = :name"


async def test_it_is_empty_in_the_newest_shape_and_gone_afterwards(database):
    name = f"{NAME}{await scalar(database, OWN)}"
    async with scratch_database(database) as url:
        assert current(url) == newest()
        scratch = Database(url)
        assert await scalar(scratch, "SELECT current_database()") == name
        assert await scalar(scratch, "SELECT count(*) FROM messages") == 0
        async with scratch.engine.connect() as left_open:
            await left_open.execute(text("SELECT 1"))
    assert await scalar(database, THERE, name=name) == 0


async def test_what_a_killed_process_left_is_replaced_and_two_at_once_are_refused(database, server_url):
    name = f"{NAME}{await scalar(database, OWN)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    async with scratch_database(database):
        with pytest.raises(Conflict, match="wait until it has ended"):
            async with scratch_database(database):
                pass
        assert await scalar(database, THERE, name=name) == 1
    assert await scalar(database, THERE, name=name) == 0
