"""Reviewing one proposal after another, at a terminal."""

from typing import Annotated

from cyclopts import Parameter

from assay import settings as configuration
from assay.cli.keys import Keys
from assay.cli.proposal_filter import EVERYTHING, Narrowed
from assay.cli.review_session import ReviewSession
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.web.views.review_queue import QueueSort

Sorted = Annotated[QueueSort, Parameter(help="The order; worth: what is worth deciding first.")]


def review(*, narrowed: Narrowed = EVERYTHING, sort: Sorted = QueueSort.WORTH) -> None:
    """Review one proposal after another: the evidence first, one key a decision. Without a terminal, one line a key."""

    async def act(database: Database) -> int:
        actor = await operator(database)
        async with database.transaction() as session:
            wanted = await narrowed.filter(session)
        return await ReviewSession(database, configuration.load(), actor, wanted, sort, Keys()).run()

    with_database(act)
