"""Whatever is merged in whatever order can be taken back, to the letter."""

from contextlib import asynccontextmanager, suppress
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.proposals import merge_world
from tests.proposals.merge_world import KNOWN, PENDING

from assay.kinds import TRAITS, Kind
from assay.proposals.merge.fields import Choice

pytestmark = pytest.mark.anyio
bounded = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a failing example is short enough as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
UNITED = {"description", "content", "keywords", "meta"}


@st.composite
def merges(draw):
    """Sources and a target by number, and what is taken from the sources."""
    kind = draw(st.sampled_from(list(Kind)))
    numbers = st.integers(0, KNOWN[kind] + PENDING[kind] - 1)
    sources = draw(st.lists(numbers, min_size=1, max_size=3, unique=True))
    target = draw(st.integers(0, KNOWN[kind] - 1))
    fields = draw(st.dictionaries(st.sampled_from(list(TRAITS[kind].fields)), st.booleans(), max_size=3))
    choices = {name: Choice.BOTH if both and name in UNITED else Choice.TAKE for name, both in fields.items()}
    return kind, [each for each in sources if each != target], target, choices


class Enough(Exception):
    """Ends a transaction without a trace."""


@asynccontextmanager
async def forgotten(database):
    with suppress(Enough):
        async with database.transaction() as session:
            yield session
            raise Enough


@pytest.fixture
async def world(database):
    return await merge_world.built(database)


async def carried_out(session, world, wanted):
    """Merges one after the other. Returns the state before each that did something, and what went."""
    history = []
    for kind, sources, target, choices in wanted:
        before = await merge_world.state(session)
        ids = world.sources(kind)
        gone = await merge_world.merge(session, world, [ids[each] for each in sources], ids[target], choices)
        if gone:
            history.append((before, gone))
        else:
            assert await merge_world.state(session) == before
    return history


@bounded
@given(wanted=st.lists(merges(), min_size=1, max_size=5))
async def test_merges_undone_in_reverse_restore_every_state_between(database, world, wanted):
    async with forgotten(database) as session:
        for before, gone in reversed(await carried_out(session, world, wanted)):
            assert await merge_world.state(session) != before
            assert all(each.done for each in await merge_world.unmerge(session, world, gone))
            assert await merge_world.state(session) == before


@bounded
@given(wanted=st.lists(merges(), min_size=1, max_size=6), seed=st.integers(0, 1_000_000))
async def test_out_of_order_a_merge_is_undone_or_refused_with_a_sentence_and_nothing_changes(
    database, world, wanted, seed
):
    order = Random(seed)
    async with forgotten(database) as session:
        at_first = await merge_world.state(session)
        standing = [each for _, gone in await carried_out(session, world, wanted) for each in gone]
        while standing:
            order.shuffle(standing)
            left = []
            for each in standing:
                before = await merge_world.state(session)
                [outcome] = await merge_world.unmerge(session, world, [each])
                if not outcome.done:
                    assert outcome.message.endswith((".", "first."))
                    assert await merge_world.state(session) == before
                    left.append(each)
            assert len(left) < len(standing), "each waits for another"
            standing = left
        assert await merge_world.state(session) == at_first
