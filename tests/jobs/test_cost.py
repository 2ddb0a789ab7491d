"""No query per row: a job costs the same number of statements for 10 and for 100 items."""

from dataclasses import replace

import pytest
from tests.builders import counted_statements, draft, propose
from tests.extraction.chats import from_all, incoming, ingest
from tests.jobs.helpers import arrived, change, cleared, done, tuned

from assay.ai.fakes import ScriptedExtractor
from assay.proposals import expiry

pytestmark = pytest.mark.anyio

PASSING = 2
"""Statements that come with time and not with items, such as signs of life."""


async def messages(deps, number):
    await ingest(deps.database, *(incoming(f"We use Postgres {n} here.", author=f"a{n}") for n in range(number)))


async def unscanned(deps, number):
    await arrived(deps.database, *(draft() for _ in range(number)))


async def clear(deps, number):
    await cleared(deps, *(draft() for _ in range(number)))


async def stale(deps, number):
    ids = await propose(deps.database, [draft() for _ in range(number)])
    await change(deps.database, "refreshed_at = now() - interval '40 days'", *ids)


async def proposed(deps, number):
    await propose(deps.database, [draft() for _ in range(number)])


@pytest.mark.parametrize(
    ("name", "prepare"),
    [
        ("extract_knowledge_from_messages", messages),
        ("deduplication_scan", unscanned),
        ("auto_review_proposals", clear),
        ("expire_stale_proposals", stale),
        ("proposal_metrics_update", proposed),
    ],
)
async def test_the_number_of_statements_does_not_depend_on_the_number_of_items(deps, name, prepare, monkeypatch):
    monkeypatch.setattr(expiry, "MIN_AT_ONCE", 1000)  # else a hundred at once wait for a person
    deps = replace(
        tuned(deps, knowledge_auto_approval_batch_size=500, knowledge_dedup_batch_size=1000),
        extractor=ScriptedExtractor(from_all),
    )
    costs = []
    for number in (1, 10, 100):  # the first run makes what later ones find, such as indexes
        await prepare(deps, number)
        with counted_statements(deps.database) as statements:
            did = await done(name, deps)
        assert did.get("total_expired", number) == number
        costs.append(len(statements))
    assert costs[1] < 60
    assert costs[2] <= costs[1] + PASSING
