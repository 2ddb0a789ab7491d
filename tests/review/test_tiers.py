"""How much the machine approves alone is told for each tier and extractor."""

import pytest
from tests.builders import draft, scalar

from assay.ai.extractor import RANKED, SOURCE
from assay.audit.actor import SYSTEM
from assay.kinds import Kind
from assay.proposals import actions
from assay.review import tiers
from assay.review.tiers import Tier, TierRate

pytestmark = pytest.mark.anyio

RUN = """
    INSERT INTO extraction_runs (id, trigger_type, triggered_by_user_id, status, config_snapshot, extractor, model_name,
        prompt_version) VALUES (gen_random_uuid(), 'batch', 1, 'completed', '{}', :extractor, '', '') RETURNING id"""


async def rates(database) -> list[TierRate]:
    async with database.transaction() as session:
        return await tiers.rates(session)


async def test_each_tier_of_each_extractor_has_a_rate_and_what_is_unlikely_is_in_none(database, ana):
    offline, model = [await scalar(database, RUN, extractor=each) for each in ("offline", "openai")]
    by_rank = {SOURCE: RANKED}
    assert await rates(database) == []
    async with database.transaction() as session:
        sure = await actions.propose(session, [draft() for _ in range(4)], run_id=offline, actor=SYSTEM)
        await actions.propose(session, [draft(meta=by_rank)], run_id=offline, actor=SYSTEM)
        hopeless = await actions.propose(session, [draft(meta=by_rank)], run_id=offline, actor=SYSTEM)
        found = await actions.propose(session, [draft(Kind.TOPIC)], run_id=model, actor=SYSTEM)
        told = await actions.propose(session, [draft()], run_id=None, actor=ana)
        await actions.approve(session, [*sure[:1], *found], actor=SYSTEM)
        await actions.approve(session, [*sure[1:2], *told], actor=ana)
        await actions.set_aside(session, hopeless, actor=SYSTEM)
    assert await rates(database) == [
        TierRate(Kind.ATOM, Tier.SURE, "offline", 4, 1, 0.25),
        TierRate(Kind.ATOM, Tier.SURE, None, 1, 0, 0.0),
        TierRate(Kind.ATOM, Tier.RANKED, "offline", 1, 0, 0.0),
        TierRate(Kind.TOPIC, Tier.SURE, "openai", 1, 1, 1.0),
    ]
