"""Listing, showing and deciding proposals at the command line."""

import getpass

import psycopg
import pytest

from assay.cli.proposal_filter import NAME_ONE

KINDS = ("topic", "atom")
kinds = pytest.mark.parametrize("kind", KINDS)


def listed(assay, *words):
    return assay("proposals", "list", "--json", *words).document["items"]


def topic_of(proposal):
    """The pending topic that a proposal waits for."""
    return proposal.get("proposed_topic", {}).get("proposal_id")


def fresh(assay, kind):
    """A pending proposal that waits for no other."""
    return next(each for each in listed(assay, "--kind", kind, "--limit", "500") if topic_of(each) is None)


def decide(assay, *words):
    [outcome] = assay("proposals", *words, "--json").document["items"]
    return outcome


def status(assay, proposal):
    return assay("proposals", "show", proposal["id"], "--json").document["proposal"]["status"]


def test_a_list_is_oldest_first_and_goes_on_where_it_ended(assay):
    everything = listed(assay, "--limit", "1000")
    first = assay("proposals", "list", "--limit", "3", "--json").document
    rest = assay("proposals", "list", "--limit", "1000", "--after", first["next"], "--json").document
    assert first["items"] + rest["items"] == everything
    assert rest["next"] is None
    assert everything == sorted(everything, key=lambda each: (each["created_at"], each["id"]))
    assert {each["status"] for each in everything} == {"pending"}


@kinds
def test_a_list_is_narrowed_by_kind_status_and_duplicates(assay, kind):
    assert {each["kind"] for each in listed(assay, "--kind", kind)} == {kind}
    assert {each["status"] for each in listed(assay, "--status", "approved")} == {"approved"}
    assert {each["dedup_state"] for each in listed(assay, "--duplicates")} == {"duplicate"}


def test_a_list_for_a_person_shows_ends_of_ids_that_can_be_typed(assay):
    proposal = listed(assay)[0]
    assert proposal["id"][-8:] in assay("proposals", "list").out
    assert assay("proposals", "show", proposal["id"][-8:], "--json").document["proposal"]["id"] == proposal["id"]


def test_a_proposal_is_shown_with_its_evidence_reason_and_history(assay):
    proposal = listed(assay, "--kind", "atom")[0]
    shown = assay("proposals", "show", proposal["id"], "--json").document
    assert shown["held"]
    assert {"author", "quote", "verified", "channel", "sent_at", "text"} <= set(shown["evidence"][0])
    assert shown["trail"][0]["action"] == "proposal.created"
    words = assay("proposals", "show", proposal["id"])
    assert words.code == 0
    for part in (proposal["proposed_title"], shown["held"][0], "Evidence", "History"):
        assert part.split("\n")[0][:40] in words.out


def test_the_topic_of_a_proposal_says_whether_it_waits_too(assay):
    topics = {each["id"] for each in listed(assay, "--kind", "topic", "--limit", "500")}
    atoms = listed(assay, "--kind", "atom", "--limit", "500")
    atom = next(each for each in atoms if each["proposed_topic"]["proposal_id"] in topics)
    said = f"topic: {atom['proposed_topic']['name']}"
    topic = atom["proposed_topic"]["proposal_id"]
    assert f"{said} ({topic[-8:]}, pending)\n" in assay("proposals", "show", atom["id"]).out
    assert decide(assay, "approve", topic)["done"]
    assert f"{said}\n" in assay("proposals", "show", atom["id"]).out


@kinds
def test_a_proposal_is_approved_by_the_person_at_the_terminal_and_reverted(assay, kind):
    proposal = fresh(assay, kind)
    outcome = decide(assay, "approve", proposal["id"], "--notes", "Checked.")
    assert (outcome["done"], outcome["message"], outcome["entity_id"]) == (True, "Approved.", proposal["id"])
    assert proposal["id"] in {each["id"] for each in assay(f"{kind}s", "--json", "--limit", "500").items}
    trail = assay("proposals", "show", proposal["id"], "--json").document["trail"]
    last = trail[-1]
    assert (last["action"], last["actor"], last["notes"]) == (
        "proposal.approved",
        f"local:{getpass.getuser()}",
        "Checked.",
    )
    assert decide(assay, "revert", proposal["id"])["message"] == "Reverted."
    assert status(assay, proposal) == "pending"
    assert proposal["id"] not in {
        each["id"] for each in assay(f"{kind}s", "--json", "--limit", "500").document["items"]
    }


@kinds
def test_a_proposal_is_rejected_and_reopened(assay, kind):
    proposal = fresh(assay, kind)
    assert decide(assay, "reject", proposal["id"])["message"] == "Rejected."
    assert status(assay, proposal) == "rejected"
    assert decide(assay, "reopen", proposal["id"])["message"] == "Reopened."
    assert status(assay, proposal) == "pending"


@kinds
def test_a_proposal_is_merged_and_reverted(assay, kind):
    target, proposal = fresh(assay, kind), None
    decide(assay, "approve", target["id"])
    proposal = fresh(assay, kind)
    outcome = decide(assay, "merge", proposal["id"], "--into", target["id"])
    assert (outcome["message"], outcome["entity_id"]) == ("Merged.", target["id"])
    assert status(assay, proposal) == "merged"
    assert decide(assay, "revert", proposal["id"])["message"] == "Reverted."
    assert status(assay, proposal) == "pending"


def test_an_atom_that_waits_for_its_topic_is_approved_together_with_it(assay):
    topic = fresh(assay, "topic")
    waiting = [each for each in listed(assay, "--limit", "500") if topic_of(each) == topic["id"]]
    if not waiting:
        pytest.skip("the sample leaves no atom that waits for this topic")
    atom = waiting[0]
    refused = assay("proposals", "approve", atom["id"])
    assert (refused.code, "approve both" in refused.out) == (1, True)
    outcomes = assay("proposals", "approve", atom["id"], "--with-topics", "--json").document["items"]
    assert {each["id"] for each in outcomes} == {atom["id"], topic["id"]}


def test_undoing_what_was_approved_with_its_topic_says_that_the_topic_stays(assay):
    topics = {each["id"] for each in listed(assay, "--kind", "topic", "--limit", "500")}
    atom = next(each for each in listed(assay, "--kind", "atom", "--limit", "500") if topic_of(each) in topics)
    topic = topic_of(atom)
    assert "approve both" in (refused := assay("proposals", "approve", atom["id"]).out)
    assert (topic[-8:] in refused, topic in refused) == (True, False)
    assert assay("proposals", "approve", atom["id"], "--with-topics").code == 0
    name = atom["proposed_topic"]["name"]
    said = assay("proposals", "revert", atom["id"]).out
    assert said == f"{atom['id'][-8:]}  Reverted. Its topic '{name}', {topic[-8:]}, stays approved.\n"


def test_undoing_a_topic_says_how_many_atoms_have_none_any_more(assay):
    topics = {each["id"] for each in listed(assay, "--kind", "topic", "--limit", "500")}
    atom = next(each for each in listed(assay, "--kind", "atom", "--limit", "500") if topic_of(each) in topics)
    topic = topic_of(atom)
    assert assay("proposals", "approve", atom["id"], "--with-topics").code == 0
    assert decide(assay, "revert", topic)["message"] == "Reverted. 1 atom stays approved and has no topic any more."


def test_undoing_both_leaves_nothing_to_say(assay):
    topics = {each["id"] for each in listed(assay, "--kind", "topic", "--limit", "500")}
    atom = next(each for each in listed(assay, "--kind", "atom", "--limit", "500") if topic_of(each) in topics)
    assert assay("proposals", "approve", atom["id"], "--with-topics").code == 0
    both = assay("proposals", "revert", atom["id"], topic_of(atom), "--json").items
    assert {each["message"] for each in both} == {"Reverted."}


def test_what_the_machine_gave_up_on_is_listed_and_given_back_to_it(assay, demo_url):
    assert listed(assay, "--needs-attention") == []
    proposal = fresh(assay, "atom")
    with psycopg.connect(demo_url) as connection:
        connection.execute("UPDATE proposals SET failures = 5 WHERE id = %s", [proposal["id"]])
    assert [each["id"] for each in listed(assay, "--needs-attention")] == [proposal["id"]]
    assert decide(assay, "reset-failures", proposal["id"])["message"] == "It is tried again."
    assert listed(assay, "--needs-attention") == []


def test_deciding_twice_is_refused_with_who_did_what_and_exit_code_1(assay):
    proposal = fresh(assay, "atom")
    decide(assay, "reject", proposal["id"])
    again = assay("proposals", "approve", proposal["id"], "--json")
    assert again.code == 1
    assert f"rejected by local:{getpass.getuser()} at" in again.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["approve"], NAME_ONE),
        (
            ["reject", "--json"],
            NAME_ONE,
        ),
        (
            ["show", "01234567-0000-0000-0000-000000000000"],
            "There is no proposal 01234567-0000-0000-0000-000000000000.",
        ),
        (
            ["show", "12"],
            "'12' is not a proposal's id: give the id, or at least its last four characters (0 to 9, a to f).",
        ),
        (
            ["approve", "nonsense"],
            "'nonsense' is not a proposal's id: give the id, or at least its last four characters (0 to 9, a to f).",
        ),
        (
            ["list", "--after", "ffff0000ffff"],
            "This cursor was not issued here, or belongs to another list or order.",
        ),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_and_exit_code_2(assay, words, sentence):
    assert assay("proposals", *words).refused(2) == sentence


def test_one_unknown_id_among_many_changes_nothing(assay):
    proposal = fresh(assay, "atom")
    assert assay("proposals", "reject", proposal["id"], "ffff0000ffff").refused(2)
    assert status(assay, proposal) == "pending"


@pytest.mark.parametrize("limit", ["0", "-3", "99999999999", "many"])
@pytest.mark.parametrize("command", [["proposals", "list"], ["topics"], ["atoms"]])
def test_a_limit_that_is_none_is_refused(alone, command, limit):
    answer = alone(*command, "--limit", limit)
    assert answer.code == 2
    assert "--limit" in answer.err
    assert "Traceback" not in answer.err


def test_text_of_messages_cannot_drive_the_terminal(empty, tmp_path):
    chat = tmp_path / "chat.log"
    escape = "We decided to use \x1b[31mPostgres\x1b[0m [bold]16[/bold] for the ledger from now on, because it is fast."
    chat.write_text(f"[2026-03-02 09:00] ana: {escape}\n")
    empty("ingest", str(chat))
    empty("jobs", "run", "extract_knowledge_from_messages")
    for each in listed(empty):
        shown = empty("proposals", "show", each["id"]).out
        assert "\x1b[31m" not in shown


@kinds
def test_what_expired_or_was_withdrawn_is_listed_apart_from_what_was_declined(assay, demo_url, kind):
    declined, expired, withdrawn = (each["id"] for each in listed(assay, "--kind", kind)[:3])
    decide(assay, "reject", declined)
    with psycopg.connect(demo_url) as connection:
        for action, proposal in (("expired", expired), ("withdrawn", withdrawn)):
            connection.execute(
                "UPDATE proposals SET status = 'rejected', review_action = %s, reviewed_at = now() WHERE id = %s",
                (action, proposal),
            )
    assert [each["id"] for each in listed(assay, "--status", "expired")] == [expired]
    assert [each["id"] for each in listed(assay, "--status", "withdrawn")] == [withdrawn]
    assert {declined, expired, withdrawn} <= {each["id"] for each in listed(assay, "--status", "rejected")}
    shown = {line[:8]: line for line in assay("proposals", "--status", "rejected").out.splitlines()}
    assert "expired" in shown[expired[-8:]]
    assert "withdrawn" in shown[withdrawn[-8:]]
