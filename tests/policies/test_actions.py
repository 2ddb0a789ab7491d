"""The policy in versions: audited, in order, never half."""

import asyncio

import pytest
from tests.builders import rows, scalar

from assay.audit.actor import SYSTEM
from assay.errors import InvalidInput, NotFound, Unavailable
from assay.policies import actions, queries

pytestmark = pytest.mark.anyio

OFF, ON = {"auto_approval_enabled": False}, {"auto_approval_enabled": True}


async def amend(database, changes, actor=SYSTEM, note=None):
    async with database.transaction() as session:
        return await actions.amend(session, changes, actor=actor, note=note)


async def current(database):
    async with database.transaction() as session:
        return await queries.current(session)


async def history(database):
    async with database.transaction() as session:
        return [(row.version, row.document, row.author, row.note) for row in await queries.history(session, limit=9)]


async def test_before_anybody_said_anything_the_policy_says_nothing(database):
    found = await current(database)
    assert (found.version, found.document.as_stored()) == (0, {})


async def test_a_change_is_the_next_version_with_its_author_note_and_entry(database, ana):
    await amend(database, OFF, ana, "Too many updates.")
    found = await amend(database, {"auto_approval_threshold": 0.9})
    assert found == await current(database)
    both = {**OFF, "auto_approval_threshold": 0.9}
    assert await history(database) == [(2, both, "system", None), (1, OFF, "ana", "Too many updates.")]
    audited = "SELECT actor_user_id, detail FROM audit_log WHERE action = 'policy.amended' ORDER BY id"
    first = {"version": 1, "document": OFF, "notes": "Too many updates.", "reverted_to": None}
    assert await rows(database, audited) == [
        (10, first),
        (1, {"version": 2, "document": both, "notes": None, "reverted_to": None}),
    ]


async def test_what_changes_nothing_is_no_version(database):
    await amend(database, OFF)
    assert (await amend(database, OFF, note="Again.")).version == 1
    assert (await amend(database, {})).version == 1
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'policy.amended'") == 1


@pytest.mark.parametrize("note", ["x" * 2001, "a\0b"])
async def test_a_note_that_cannot_be_kept_changes_nothing(database, note):
    with pytest.raises(InvalidInput):
        await amend(database, OFF, note=note)
    assert (await current(database)).version == 0


async def test_a_version_and_its_entry_go_with_a_transaction_that_fails(database):
    async with database.transaction() as session:
        await actions.amend(session, OFF, actor=SYSTEM)
        await session.rollback()
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'policy.amended'") == 0
    assert (await current(database)).version == 0


async def test_changes_made_at_once_are_all_kept_one_after_the_other(database):
    points = [{"operating_points": {f"model-{number}": {"all": number / 10}}} for number in range(8)]
    found = await asyncio.gather(*(amend(database, each) for each in points))
    assert sorted(each.version for each in found) == list(range(1, 9))
    assert len((await current(database)).document.operating_points) == 8


async def test_an_earlier_version_comes_back_as_a_new_one(database, ana):
    await amend(database, OFF)
    await amend(database, ON)
    async with database.transaction() as session:
        assert (await actions.revert(session, 1, actor=ana, note="It was better.")).version == 3
    assert (await history(database))[0] == (3, OFF, "ana", "It was better.")
    async with database.transaction() as session:
        assert (await actions.revert(session, 0, actor=ana)).document.as_stored() == {}


@pytest.mark.parametrize("version", [-1, 2, 2**62])
async def test_a_version_that_never_was_is_named(database, version):
    await amend(database, OFF)
    async with database.transaction() as session:
        with pytest.raises(NotFound, match=f"There is no version {version} of the policy: the newest is 1."):
            await actions.revert(session, version, actor=SYSTEM)


async def test_rules_of_a_newer_assay_are_not_followed_by_half(database):
    await rows(
        database,
        """INSERT INTO policy_versions (version, document, author_user_id)
           VALUES (1, '{"auto_approval_enabled": true, "only_on_mondays": true}', 1) RETURNING version""",
    )
    with pytest.raises(Unavailable, match=r"newer Assay: upgrade this one. There is no rule 'only_on_mondays'"):
        await current(database)
