"""Merging with a choice for each field, approved knowledge into approved knowledge, and what stands against it."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import BOTH_KINDS, counted_statements, draft, get, propose, rows, scalar, with_evidence
from tests.patience import retry_until_available
from tests.proposals import merge_world

from assay.ai.fakes import HashEmbedder
from assay.audit.actor import SYSTEM
from assay.db.models import ProposalStatus
from assay.duplicates import scan
from assay.errors import Conflict, InvalidInput
from assay.kinds import TRAITS, AtomType, Kind
from assay.knowledge import actions as knowledge
from assay.knowledge.restore import restore
from assay.proposals import actions, expiry, queries
from assay.proposals.merge import actions as merging
from assay.proposals.merge import fields
from assay.proposals.merge.fields import Choice, chosen
from assay.proposals.merge.preview import previews

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)


async def known(database, *drafts):
    ids = await propose(database, drafts)
    async with database.transaction() as session:
        assert all(each.done for each in await actions.approve(session, ids, actor=SYSTEM))
    return ids


async def merge(database, targets, actor=SYSTEM, **options):
    async with database.transaction() as session:
        return await knowledge.merge(session, targets, actor=actor, **options)


async def merge_proposals(database, targets, **choices):
    async with database.transaction() as session:
        return await merging.merge(session, targets, actor=SYSTEM, choices=choices)


async def unmerge(database, *ids):
    async with database.transaction() as session:
        return await knowledge.unmerge(session, ids, actor=SYSTEM)


async def previewed(database, targets, **choices):
    async with database.transaction() as session:
        planned = await knowledge.plan_merge(session, targets, choices=choices)
        return await previews(session, planned), planned.outcomes


@kinds
@settings(max_examples=20)
@given(data=st.data())
def test_a_field_is_kept_taken_or_united(kind, data):
    text = st.text(max_size=8)
    values = {"title": text, "body": text, "icon": text, "color": text, "confidence": st.floats(0, 1)}
    values |= {"keywords": st.lists(text, max_size=3), "meta": st.dictionaries(text, text, max_size=3)}
    values["atom_type"] = st.sampled_from(list(AtomType))
    ours, theirs = (data.draw(st.fixed_dictionaries(values)) for _ in range(2))
    for name, column in TRAITS[kind].fields.items():
        assert fields.changes(kind, ours, theirs, {name: Choice.KEEP}) == {}
        taken = fields.changes(kind, ours, theirs, {name: Choice.TAKE})
        assert {each: change.after for each, change in taken.items()} == (
            {column: theirs[column]} if theirs[column] != ours[column] else {}
        )
    united = fields.changes(Kind.ATOM, ours, theirs, {"meta": Choice.BOTH})
    assert united.get("meta", fields.FieldChange(None, ours["meta"])).after == {**theirs["meta"], **ours["meta"]}


@pytest.mark.parametrize(
    ("kind", "choices", "sentence"),
    [
        (Kind.TOPIC, {"title": Choice.TAKE}, "Topics have no field 'title'; they have: name, description, "),
        (Kind.ATOM, {"type": Choice.BOTH}, "The type holds one value: keep or take it. Both is for: content, meta."),
    ],
)
async def test_a_choice_that_cannot_be_is_one_sentence_and_changes_nothing(database, kind, choices, sentence):
    a, b = await known(database, draft(kind), draft(kind))
    with pytest.raises(InvalidInput, match=sentence):
        await merge(database, {a: b}, choices=choices)
    assert await scalar(database, "SELECT count(*) FROM merges") == 0


def test_a_field_has_one_choice():
    with pytest.raises(InvalidInput, match="The field 'name' is given twice: take and both"):
        chosen(take=["name"], both=["name"])


@kinds
async def test_a_proposal_brings_the_fields_that_were_chosen(database, kind):
    text = {Kind.TOPIC: "description", Kind.ATOM: "content"}[kind]
    title = TRAITS[kind].title_label
    [base] = await known(database, draft(kind, "Old name", body="Old text."))
    [new] = await propose(database, [draft(kind, "New name", body="New text.", keywords=["new"])])
    [outcome] = await merge_proposals(database, {new: base}, **{title: Choice.TAKE, text: Choice.BOTH})
    assert outcome.done
    assert await rows(database, "SELECT title, body, revision FROM entities") == [
        ("New name", "Old text.\n\nNew text.", 2)
    ]
    assert await scalar(database, "SELECT snapshot->>'title' FROM entity_revisions WHERE number = 2") == "New name"


@kinds
async def test_an_entity_that_goes_into_another_leads_there_with_all_that_backs_it(database, ana, kind):
    backed = await with_evidence(database, draft(kind, "One"), draft(kind, "Two"), draft(kind, "Three"))
    one, two, three = await known(database, *backed)
    [outcome] = await merge(database, {one: two}, actor=ana, notes="The same.")
    assert (outcome.message, outcome.entity_id) == ("Merged.", two)
    assert (await merge(database, {two: three}))[0].done
    assert await rows(database, "SELECT merged_into_entity_id FROM entities WHERE archived") == [(three,), (three,)]
    async with database.transaction() as session:
        assert await queries.behind(session, [three]) == {three: [three, one, two]}
    again = (await merge(database, {one: three}))[0]
    assert again.message.startswith(f"It was already merged into {kind} {three} by ana at ")
    assert (again.decision.by, again.decision.action) == ("ana", "merge")
    [late] = await propose(database, [draft(kind, "Late")])
    [outcome] = await merge_proposals(database, {late: one})
    assert (await get(database, late)).merged_into_entity_id == outcome.entity_id == three
    trail = "SELECT action, detail->>'notes' FROM audit_log WHERE subject_id = :id ORDER BY id DESC LIMIT 1"
    assert await rows(database, trail, id=one) == [("entity.merged", "The same.")]


async def test_an_atom_goes_where_its_merged_topic_went_by_id_and_by_name(database):
    old, new = await known(database, draft(Kind.TOPIC, "K8s"), draft(Kind.TOPIC, "Kubernetes"))
    [before] = await propose(database, [draft(topic_name="k8s")])
    await merge(database, {old: new})
    [after] = await propose(database, [draft(topic_name="K8S")])
    async with database.transaction() as session:
        assert all(each.done for each in await actions.approve(session, [before, after], actor=SYSTEM))
    assert await rows(database, "SELECT topic_id, atom_id FROM topic_atoms ORDER BY position") == [
        (new, before),
        (new, after),
    ]


@kinds
async def test_what_stands_against_a_merge_is_named_and_nothing_changes(database, kind):
    other = next(each for each in BOTH_KINDS if each is not kind)
    a, b, taken = await known(database, *(draft(kind, title, body="b") for title in ("A", "B", "Taken")))
    [stranger], [gone] = await known(database, draft(other)), await known(database, draft(kind))
    async with database.transaction() as session:
        await actions.revert(session, [gone], actor=SYSTEM)
    [pending] = await propose(database, [draft(kind)])
    for targets, message in (
        ({a: a}, f"{kind.capitalize()} {a} cannot be merged into itself."),
        ({a: stranger}, f"The target {stranger} is of kind {other}, the other of kind {kind}."),
        ({a: gone}, f"{gone} is no approved {kind}: approve it first, or name another."),
        ({a: pending}, f"{pending} is no approved {kind}: approve it first, or name another."),
        ({gone: a}, f"There is no approved topic or atom {gone}."),
        ({a: b, b: taken}, f"{kind.capitalize()} {b} is to be merged itself: do that first."),
    ):
        assert (await merge(database, targets))[0].message == message
    [alone] = await merge_proposals(database, {pending: pending})
    assert alone.message == "A proposal cannot be merged into itself."
    [twin] = await propose(database, [draft(kind, "taken", body="B")])
    choices = {TRAITS[kind].title_label: Choice.TAKE}
    [refused] = await merge_proposals(database, {twin: a}, **choices)
    assert refused.message == (
        f"{kind.capitalize()} {taken} says exactly that already: merge into it, or keep the words of the target."
    )
    assert (await get(database, twin)).status is ProposalStatus.PENDING
    assert await scalar(database, "SELECT count(*) FROM merges") == 1  # b went into the other


@kinds
async def test_a_target_may_take_the_name_of_what_goes_and_both_get_theirs_back(database, kind):
    a, b = await known(database, draft(kind, "A", body="same"), draft(kind, "B", body="same"))
    choices = {TRAITS[kind].title_label: Choice.TAKE}
    assert (await merge(database, {a: b}, choices=choices))[0].done
    assert await rows(database, "SELECT id, title FROM entities WHERE NOT archived") == [(b, "A")]
    assert (await unmerge(database, a))[0].done
    assert await rows(database, "SELECT id, title FROM entities WHERE NOT archived ORDER BY id") == [(a, "A"), (b, "B")]


@kinds
async def test_a_merge_whose_names_were_given_away_since_is_not_undone(database, kind):
    a, b = await known(database, draft(kind, "A", body="a"), draft(kind, "B", body="b"))
    await merge(database, {a: b})
    [usurper] = await known(database, draft(kind, "A", body="a"))
    [refused] = await unmerge(database, a)
    assert refused.message == (
        f"{kind.capitalize()} {usurper} says exactly the same by now as {a} would again: "
        "merge or rename one of them first."
    )
    assert await scalar(database, "SELECT archived FROM entities WHERE id = :id", id=a)


@kinds
async def test_what_was_merged_away_is_not_restored_and_a_restored_field_stops_the_undoing(database, kind):
    title = TRAITS[kind].title_label
    a, b = await known(database, draft(kind, "A", body="a"), draft(kind, "B", body="b"))
    await merge(database, {a: b}, choices={title: Choice.TAKE})
    async with database.transaction() as session:
        with pytest.raises(Conflict, match=f"was merged into {b} by system at .*: undo that first"):
            await restore(session, kind, a, 1, actor=SYSTEM)
    async with database.transaction() as session:
        await restore(session, kind, b, 1, actor=SYSTEM)
    assert (await unmerge(database, a))[0].message == f"Its {title} was changed since, to 'B': change that back first."
    async with database.transaction() as session:
        await restore(session, kind, b, 2, actor=SYSTEM)
    assert (await unmerge(database, a))[0].done


@kinds
async def test_a_field_written_since_stops_the_undoing_and_another_field_does_not(database, kind):
    title, text = TRAITS[kind].title_label, {Kind.TOPIC: "description", Kind.ATOM: "content"}[kind]
    a, b = await known(database, draft(kind, "A", body="a"), draft(kind, "B", body="b"))
    await merge(database, {a: b}, choices={title: Choice.TAKE})
    await _edit(database, b, body="Edited.")
    assert (await unmerge(database, a))[0].done
    assert await rows(database, "SELECT title, body FROM entities WHERE id = :id", id=b) == [("B", "Edited.")]
    await merge(database, {a: b}, choices={text: Choice.TAKE})
    await _edit(database, b, body="Edited again.")
    [refused] = await unmerge(database, a)
    assert refused.message == f"Its {text} was changed since, to 'Edited again.': change that back first."


async def _edit(database, entity, body):
    statement = (
        "UPDATE entities SET body = CAST(:body AS text), identity_key = CAST(:body AS text) WHERE id = :id RETURNING id"
    )
    await rows(database, statement, body=body, id=entity)


@kinds
async def test_what_others_were_merged_into_is_neither_withdrawn_nor_forgotten(database, kind):
    a, b = await known(database, draft(kind), draft(kind))
    await merge(database, {a: b})
    async with database.transaction() as session:
        refused = await actions.revert(session, [a, b], actor=SYSTEM)
    assert [each.message for each in refused] == [
        f"Since then it was merged into {kind} {b}: undo that first.",
        f"Since then {kind} {a} was merged into it: undo that first.",
    ]
    assert (await unmerge(database, a))[0].message == "Unmerged."
    assert (await unmerge(database, a))[0].message == f"No merge of {a} into another is in force."


@kinds
async def test_a_proposal_that_was_merged_is_reverted_and_not_unmerged(database, kind):
    [entity] = await known(database, draft(kind))
    [proposal] = await propose(database, [draft(kind)])
    await merge_proposals(database, {proposal: entity})
    [refused] = await unmerge(database, proposal)
    assert refused.message == f"{proposal} was merged as a proposal: revert that proposal instead."
    async with database.transaction() as session:
        assert [each.done for each in await actions.revert(session, [proposal], actor=SYSTEM)] == [True]


async def test_a_preview_shows_the_result_and_names_what_to_look_at_and_changes_nothing(database):
    world = await merge_world.built(database)
    first, second, third, _ = world.known[Kind.ATOM]
    async with database.transaction() as session:
        before = await merge_world.state(session)
    [shown], [outcome] = await previewed(database, {first: second}, content=Choice.BOTH, meta=Choice.BOTH)
    assert outcome.done
    assert {each.name: each.result for each in shown.fields}["content"] == (
        "We use Postgres 1, in full.\n\nWe use Postgres 0, in full."
    )
    assert (shown.evidence_of_target, shown.evidence_of_source) == (1, 1)
    assert shown.links_dropped == [
        "'We use Postgres 0' solves 'We use Postgres 1'",
        "'We use Postgres 1' solves 'We use Postgres 0'",
    ]
    assert shown.links_gained == ["'We use Postgres 1' contradicts 'We use Postgres 3'"]
    assert "Both have an entry 'number' in their meta: the target's stays." in shown.conflicts
    [opposite], _ = await previewed(database, {first: third})
    assert (
        "'We use Postgres 2' contradicts 'We use Postgres 3', but 'We use Postgres 2' supports 'We use Postgres 3'."
    ) in opposite.conflicts
    async with database.transaction() as session:
        assert await merge_world.state(session) == before


@kinds
async def test_a_scan_after_merge_and_undoing_says_what_it_said_before(database, kind):
    embedder, stamps = HashEmbedder(), "SELECT id, dedup_state, similar_entity_id, similarity_score FROM proposals"
    a, b = await known(database, draft(kind, "Ledger storage", body="x"), draft(kind, "Mirror", body="y"))
    await propose(database, [draft(kind, "Ledger storage", body="x"), draft(kind, "Mirror", body="y")])

    async def scanned():
        await rows(database, "UPDATE proposals SET dedup_state = 'unchecked' WHERE status = 'pending' RETURNING id")
        await scan.embed_missing(database, embedder, 100)
        async with database.transaction() as session:
            ids = await scan.next_batch(session, model=embedder.model, limit=100)
            await scan.scan(session, ids, model=embedder.model, threshold=0.85, actor=SYSTEM)
        return await rows(database, stamps + " WHERE status = 'pending' ORDER BY id")

    before = await scanned()
    assert [each.similar_entity_id for each in before] == [a, b]
    await merge(database, {a: b}, choices={TRAITS[kind].title_label: Choice.TAKE})
    assert {each.similar_entity_id for each in await scanned()} <= {b, None}
    await unmerge(database, a)
    assert await scanned() == before
    vectors = "SELECT count(*) FROM embeddings v JOIN entities e ON e.id = v.subject_id AND e.archived"
    assert await scalar(database, vectors) == 0


@kinds
@pytest.mark.parametrize("of", ["entities", "proposals"])
async def test_merging_and_undoing_cost_the_same_statements_for_one_and_for_a_hundred(database, kind, of):
    costs = []
    for number in (1, 100):
        [base] = await known(database, draft(kind))
        drafts = [draft(kind, body=f"b{each}") for each in range(number)]
        ids = await (known(database, *drafts) if of == "entities" else propose(database, drafts))
        act = knowledge if of == "entities" else merging
        text = {Kind.TOPIC: "description", Kind.ATOM: "content"}[kind]
        async with database.transaction() as session:
            with counted_statements(database) as statements:
                merged = await act.merge(session, dict.fromkeys(ids, base), actor=SYSTEM, choices={text: Choice.BOTH})
                undo = knowledge.unmerge if of == "entities" else actions.revert
                undone = await undo(session, ids, actor=SYSTEM)
        assert all(each.done for each in (*merged, *undone))
        costs.append(len(statements))
    assert costs[0] == costs[1]


@kinds
async def test_decisions_about_one_item_at_once_are_made_one_after_the_other(database, ana, kind):
    a, b, c = await known(database, *(draft(kind) for _ in range(3)))
    [pending] = await propose(database, [draft(kind)])

    async def tried(act):
        async with database.transaction() as session:
            return [each.done for each in await act(session)]

    async with retry_until_available():
        results = await asyncio.gather(
            tried(lambda session: merging.merge(session, {pending: a}, actor=ana)),
            tried(lambda session: merging.merge(session, {pending: b}, actor=SYSTEM)),
            tried(lambda session: actions.approve(session, [pending], actor=ana)),
            tried(lambda session: expiry.expire(session, [pending], actor=SYSTEM, days=30)),
            tried(lambda session: knowledge.merge(session, {a: c}, actor=ana)),
            tried(lambda session: knowledge.merge(session, {a: b}, actor=SYSTEM)),
            tried(lambda session: actions.revert(session, [c], actor=ana)),
            tried(lambda session: actions.revert(session, [a], actor=ana)),
        )
    assert sum(done for [done] in results[:4]) == 1
    assert sum(done for [done] in (*results[4:6], results[7])) <= 1
    dead = "SELECT id FROM entities WHERE archived AND id IN (SELECT merged_into_entity_id FROM entities)"
    assert await rows(database, dead) == []
    lost = "SELECT p.id FROM proposals p JOIN entities e ON e.id = p.merged_into_entity_id WHERE e.archived"
    assert await rows(database, lost + " AND e.merged_into_entity_id IS NULL") == []
