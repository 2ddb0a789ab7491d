"""What a page of the queue costs follows from what it shows, never from how much the people of the talks wrote."""

import pytest
from sqlalchemy import text
from tests.query_plans import executed

from assay.audit.actor import SYSTEM
from assay.proposals.lists.filters import Filter
from assay.settings import Settings
from assay.web.views import review_queue
from assay.web.views.review_queue import QueueSort

pytestmark = pytest.mark.anyio

WAITING, SAID, SHOWN = 2_000, 6_000, 50
MAX_ROWS = 60 * SHOWN
MAX_READINGS = 10
"""Of what waits: the order by worth looks at all of it once, with what hangs on it."""
MESSAGES = """
    INSERT INTO messages (id, source, external_id, channel, author, sent_at, text, read_at)
    SELECT gen_random_uuid(), 'test', 'said ' || n, 'ops', 'Tom ' || n % 7, now(), 'x', now()
    FROM generate_series(1, :said) n"""
TOPICS = """
    INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, stated_confidence,
        confidence, dedup_state)
    SELECT gen_random_uuid(), 'topic', 1, 'Tom on subject ' || n, '', 'tom ' || n, 'tom ' || n, 0.5, 0.5, 'clear'
    FROM generate_series(1, :waiting) n"""
BELIEFS = {
    "nothing": (),
    "huge": ("ANALYZE", "UPDATE pg_class SET reltuples = 1e9 WHERE relname ~ '(messages|proposals)'"),
    "what is so": ("ANALYZE",),
}


@pytest.mark.parametrize("belief", BELIEFS)
@pytest.mark.parametrize("sort", [QueueSort.WORTH, QueueSort.OLDEST])
async def test_topics_that_are_called_like_a_person_who_writes_much_cost_no_more(database, sort, belief):
    async with database.transaction() as session:
        await session.execute(text(MESSAGES), {"said": SAID})
        await session.execute(text(TOPICS), {"waiting": WAITING})
        for each in BELIEFS[belief]:
            await session.execute(text(each))
        async with executed(session) as statements:
            page = await review_queue.page(
                session, Filter(snoozed=False), sort=sort, after=None, limit=SHOWN, actor=SYSTEM,
                settings=Settings.model_validate({}),
            )  # fmt: skip
        allowed = MAX_ROWS + (MAX_READINGS * WAITING if sort is QueueSort.WORTH else 0)
        assert len(page.items) == SHOWN
        assert statements
        assert [str(each) for each in statements if each.rows > allowed] == []
        await session.rollback()
