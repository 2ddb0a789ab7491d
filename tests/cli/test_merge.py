"""Merging and unmerging at the command line."""

import pytest
from tests.cli.test_proposals import decide, fresh, kinds, listed, status

from assay.duplicates.scale import rounded

TITLE = {"topic": "name", "atom": "title"}


def known(assay, kind):
    return assay(f"{kind}s", "--json", "--limit", "500").items


def approved(assay, kind):
    """Makes something known out of a pending proposal."""
    proposal = fresh(assay, kind)
    decide(assay, "approve", proposal["id"])
    return proposal


def with_candidates(assay):
    """A pending proposal whose first candidate is approved knowledge, and its candidates."""
    for each in listed(assay, "--kind", "atom", "--limit", "500"):
        candidates = assay("proposals", "show", each["id"], "--json").document["candidates"]
        if candidates and candidates[0]["is_entity"]:
            return each, candidates
    raise AssertionError("the sample leaves none")


def test_a_target_is_picked_by_the_number_that_show_lists(assay):
    proposal, [wanted, *_] = with_candidates(assay)
    assert f"1  {rounded(wanted['score'])}  {wanted['id'][-8:]}" in assay("proposals", "show", proposal["id"]).out
    assert decide(assay, "merge", proposal["id"], "--into", "1")["entity_id"] == wanted["id"]
    assert f"It was merged into {wanted['id'][-8:]}." in assay("proposals", "show", proposal["id"]).out


def test_without_a_target_the_candidates_are_named(assay):
    proposal, candidates = with_candidates(assay)
    sentence = assay("proposals", "merge", proposal["id"]).refused(2)
    title = candidates[0]["title"]
    assert sentence.startswith(f"Say what to merge into with --into: an id, or a number: 1 {title!r}")
    assert assay("proposals", "merge", proposal["id"], "--into", "9").refused(2).startswith("There is no candidate 9")


@kinds
def test_a_preview_shows_the_choice_and_changes_nothing(assay, kind):
    target, proposal = approved(assay, kind), fresh(assay, kind)
    words = ("merge", proposal["id"], "--into", target["id"], "--preview", "--take", TITLE[kind])
    document = assay("proposals", *words, "--json").document
    [preview] = document["previews"]
    assert (document["dry_run"], document["done"], document["refused"]) == (True, 1, 0)
    title = next(each for each in preview["fields"] if each["name"] == TITLE[kind])
    assert (title["choice"], title["result"]) == ("take", proposal[f"proposed_{TITLE[kind]}"])
    shown = assay("proposals", *words).out
    assert "would go with it, to" in shown
    assert status(assay, proposal) == "pending"


@kinds
def test_chosen_fields_are_taken_and_given_back(assay, kind):
    target, proposal = approved(assay, kind), fresh(assay, kind)
    before = known(assay, kind)
    assert decide(assay, "merge", proposal["id"], "--into", target["id"], "--take", TITLE[kind])["done"]
    assert proposal[f"proposed_{TITLE[kind]}"] in {each[TITLE[kind]] for each in known(assay, kind)}
    assert decide(assay, "revert", proposal["id"])["done"]
    assert [each[TITLE[kind]] for each in known(assay, kind)] == [each[TITLE[kind]] for each in before]


@kinds
def test_approved_knowledge_is_merged_resolved_and_unmerged(assay, kind):
    one, other = approved(assay, kind), approved(assay, kind)
    before = {each["id"] for each in known(assay, kind)}
    assert assay(f"{kind}s", "merge", one["id"], "--into", other["id"], "--preview").code == 0
    assert {each["id"] for each in known(assay, kind)} == before
    [merged] = assay(f"{kind}s", "merge", one["id"], "--into", other["id"], "--json").items
    assert (merged["message"], merged["entity_id"]) == ("Merged.", other["id"])
    assert {each["id"] for each in known(assay, kind)} == before - {one["id"]}
    shown = assay("proposals", "show", one["id"], "--json").document
    assert shown["went_into"] == other["id"]
    assert shown["trail"][-1]["action"] == "entity.merged"
    both = assay("proposals", "show", other["id"], "--json").document["evidence"]
    assert {each["message_id"] for each in shown["evidence"]} < {each["message_id"] for each in both}
    assert assay(f"{kind}s", "unmerge", one["id"][-8:]).code == 0
    assert {each["id"] for each in known(assay, kind)} == before


def test_a_pending_target_is_approved_first_when_told(assay):
    target = fresh(assay, "atom")
    proposal = next(each for each in listed(assay, "--kind", "atom") if each["id"] != target["id"])
    refused = assay("proposals", "merge", proposal["id"], "--into", target["id"])
    assert (refused.code, "approve it first" in refused.out) == (1, True)
    words = ("proposals", "merge", proposal["id"], "--into", target["id"], "--approve-target")
    assert assay(*words, "--preview").out.startswith(f"{target['id'][-8:]}  would be approved.")
    assert (status(assay, target), status(assay, proposal)) == ("pending", "pending")
    outcomes = assay(*words, "--json").items
    assert [(each["id"], each["message"]) for each in outcomes] == [
        (target["id"], "Approved."),
        (proposal["id"], "Merged."),
    ]


def test_a_merge_that_is_refused_approves_no_target(assay):
    proposal = fresh(assay, "atom")
    words = ("proposals", "merge", proposal["id"], "--into", proposal["id"])
    for more in ([], ["--approve-target"], ["--approve-target", "--preview"]):
        refused = assay(*words, *more)
        assert (refused.code, "A proposal cannot be merged into itself." in refused.out) == (1, True)
        assert status(assay, proposal) == "pending"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--take", "shape"], "Atoms have no field 'shape'; they have: title, content, type, meta, confidence."),
        (["--both", "title"], "The title holds one value: keep or take it. Both is for: content, meta."),
        (["--take", "title", "--both", "title"], "The field 'title' is given twice: take and both."),
    ],
)
def test_a_choice_that_cannot_be_is_one_sentence(assay, words, sentence):
    one, other = approved(assay, "atom"), approved(assay, "atom")
    assert assay("atoms", "merge", one["id"], "--into", other["id"], *words).refused(2) == sentence


def test_a_topic_is_no_atom(assay):
    topic, atom = approved(assay, "topic"), approved(assay, "atom")
    refused = assay("topics", "merge", atom["id"], "--into", topic["id"])
    assert (refused.code, f"There is no approved topic {atom['id'][-8:]}." in refused.out) == (1, True)
