"""Whoever changes the trail past Assay is found out, and erasing words is not taken for that."""

import asyncio

import pytest
from sqlalchemy import text
from tests.builders import draft, propose, rows, scalar, with_evidence

from assay.audit import chain
from assay.audit.actor import SYSTEM
from assay.audit.chain import Anchor
from assay.errors import InvalidInput
from assay.extraction import erasure
from assay.extraction.erasure import Drawn, Whose
from assay.proposals import actions

pytestmark = pytest.mark.anyio


@pytest.fixture
async def trail(database):
    """Ten entries in the chain."""
    ids = await propose(database, [draft() for _ in range(6)])
    async with database.transaction() as session:
        await actions.approve(session, ids[:4], actor=SYSTEM)
    assert await chain.extend(database) == 10
    return database


async def found(database, *anchors):
    async with database.snapshot() as session:
        return [(each.entry_id, each.why) async for each in chain.verify(session, anchors)]


async def damaged(database, *statements):
    """As somebody does who may write into the database, and knows of the trigger."""
    async with database.transaction() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await session.execute(text(statement))


async def anchored(database):
    async with database.transaction() as session:
        return await chain.anchor(session)


async def test_a_trail_that_nobody_touched_holds(trail):
    assert await found(trail) == []


@pytest.mark.parametrize(
    "edit",
    [
        "actor_user_id = actor_user_id, at = at - interval '1 second'",
        'data = data || \'{"title": "Another"}\'',
        "detail = '{}', inverse = NULL",
        "subject_id = gen_random_uuid()",
        "action = 'proposal.rejected'",
    ],
)
async def test_an_edited_entry_is_named(trail, edit):
    await damaged(trail, f"UPDATE audit_log SET {edit} WHERE id = 8")
    assert await found(trail) == [(8, "it was edited")]


async def test_a_deleted_entry_is_named(trail):
    await damaged(trail, "DELETE FROM audit_log WHERE id = 3")
    assert await found(trail) == [(3, "it is missing")]


async def test_an_entry_deleted_with_its_link_leaves_a_gap(trail):
    await damaged(trail, "DELETE FROM audit_log WHERE id = 3", "DELETE FROM audit_chain WHERE entry_id = 3")
    assert (await found(trail))[0] == (4, "1 links before it are missing")


async def test_two_entries_that_changed_places_are_named(trail):
    swap = "UPDATE {} SET {} = CASE {} WHEN 4 THEN -5 ELSE -4 END WHERE {} IN (4, 5)"
    back = "UPDATE {} SET {} = -{} WHERE {} < 0"
    await damaged(trail, *(each.format("audit_log", *["id"] * 3) for each in (swap, back)))
    assert await found(trail) == [(4, "it was edited"), (5, "it was edited")]
    await damaged(trail, *(each.format("audit_chain", *["number"] * 3) for each in (swap, back)))
    assert (await found(trail))[0] == (5, "its link was edited or moved")


async def test_an_entry_put_in_past_the_trigger_is_named(trail):
    await damaged(trail, "INSERT INTO audit_log (actor_user_id, action) VALUES (1, 'proposal.approved')")
    [(_, why)] = await found(trail)
    assert why == "it was put in past the chain"


async def test_an_entry_deleted_before_it_was_chained_is_named(database):
    await propose(database, [draft()])
    await damaged(database, "DELETE FROM audit_log")
    await chain.extend(database)
    assert [why for _, why in await found(database)] == ["it is missing"]


async def test_a_chain_that_was_written_anew_is_told_by_an_anchor_that_was_kept(trail):
    kept = await anchored(trail)
    await damaged(
        trail,
        "UPDATE audit_log SET actor_user_id = 1, detail = '{}', data = '{}' WHERE id = 2",
        "DELETE FROM audit_chain",
        "INSERT INTO audit_unchained (entry_ids) SELECT array_agg(id) FROM audit_log",
    )
    await chain.extend(trail)
    assert await found(trail) == []
    [(entry, why)] = await found(trail, kept)
    assert (entry, why) == (10, f"the chain up to it was written anew after the anchor of {kept.at:%Y-%m-%d}")


async def test_a_chain_that_was_cut_off_is_told_by_an_anchor(trail):
    kept = await anchored(trail)
    await damaged(trail, "DELETE FROM audit_log WHERE id > 7", "DELETE FROM audit_chain WHERE entry_id > 7")
    assert await found(trail) == []
    assert await found(trail, kept) == [(10, f"the chain ends at link 7, before the anchor of {kept.at:%Y-%m-%d}")]


async def test_an_anchor_is_a_line_that_can_be_read_again(trail):
    kept = await anchored(trail)
    assert str(Anchor.read(str(kept))) == str(kept)
    assert await found(trail, Anchor.read(str(kept))) == []
    for line in ("", "nonsense", str(kept)[:-3], str(kept).replace("assay", "essay")):
        with pytest.raises(InvalidInput, match="is no anchor"):
            Anchor.read(line)


async def test_many_who_write_and_chain_at_once_make_one_chain(database):
    async def write() -> None:
        for _ in range(5):
            await propose(database, [draft(), draft()])
            await chain.extend(database)

    await asyncio.gather(*(write() for _ in range(6)))
    assert await found(database) == []
    assert await scalar(database, "SELECT count(*) FROM audit_chain") == 60
    assert await scalar(database, "SELECT count(*) FROM audit_unchained") == 0


async def test_what_committed_late_is_chained_after_what_came_before_it(database):
    async with database.transaction() as late:
        await actions.propose(late, [draft()], run_id=None, actor=SYSTEM)
        await propose(database, [draft()])
        assert await chain.extend(database) == 1
    assert await chain.extend(database) == 1
    assert await scalar(database, "SELECT array_agg(entry_id ORDER BY number) FROM audit_chain") == [2, 1]
    assert await found(database) == []


async def test_erasing_words_keeps_the_chain_and_no_one_else_can_do_so_unseen(database):
    [backed] = await with_evidence(database, draft(title="Umberto said it"), author="tom")
    await propose(database, [backed])
    await chain.extend(database)
    kept = await anchored(database)
    async with database.transaction() as session:
        assert (await erasure.erase(session, Whose(author="tom"), drawn=Drawn.ALL, actor=SYSTEM)).proposals == 1
    await chain.extend(database)
    assert "Umberto" not in str(await rows(database, "SELECT * FROM audit_log"))
    assert await found(database, kept) == []
    assert await scalar(database, "SELECT count(*) FROM audit_chain WHERE redacted") == 1
    await damaged(database, "UPDATE audit_log SET action = 'proposal.approved' WHERE id = 1")
    assert await found(database, kept) == [(1, "it was edited")]
