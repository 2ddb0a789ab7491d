"""What commands say when the database does not do what they asked."""

import pytest
from sqlalchemy import text

from assay.cli.session import closing
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("SELECT pg_sleep(60)", "took too long"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "does not answer: terminating connection"),
    ],
)
async def test_a_database_that_gives_up_and_one_that_is_gone_are_told_apart(database, statement, sentence):
    async def ask():
        async with database.transaction() as session:
            await session.execute(text("SET LOCAL statement_timeout = '50ms'"))
            await session.execute(text(statement))

    with pytest.raises(Unavailable, match=sentence):
        await closing(database, ask())
