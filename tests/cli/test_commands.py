"""The commands that show how things stand."""

import getpass
import re
import socket

import psycopg
import pytest
from tests.jobs.test_declarations import CONTRACT

from assay.db.models import SYSTEM_USER_ID

METRICS = {
    "pending", "approved", "rejected", "merged", "expired", "withdrawn", "unlikely", "approval_rate", "avg_confidence",
    "auto_approved", "auto_approval_rate", "auto_approval_success_rate", "duplicate_rate", "oldest_pending_seconds",
    "high_confidence_queue_age_seconds",
    "high_confidence_waiting_for_people_seconds",
    "taken_back_reverted", "taken_back_superseded", "taken_back_disputed",
    "time_to_auto_approval_seconds",
}  # fmt: skip


def test_the_demo_on_servers_of_ones_own_adds_nothing_twice_and_prints_one_document(assay):
    before = assay("metrics", "--json").document
    document = assay("demo", "--once", "--json").document
    assert set(document) == {
        "messages", "runs", "proposals", "duplicates", "duplicates_by_type", "approved", "pending", "held", "metrics",
    }  # fmt: skip
    for part in ("topic_proposals", "atom_proposals"):
        for name in ("pending", "approved", "auto_approved"):
            assert document["metrics"][part][name] == before[part][name]
    assert document["proposals"].keys() == document["approved"].keys() == {"topics", "atoms"}
    assert document["duplicates"] == sum(document["duplicates_by_type"].values())
    assert set(document["duplicates_by_type"]) == {"exact", "fuzzy", "semantic", "update"}
    assert all(isinstance(number, int) for number in document["held"].values())


def test_the_demo_tells_a_person_what_came_of_it_and_what_to_look_at(assay):
    answer = assay("demo", "--once")
    assert answer.code == 0
    for words in ("messages were read", "Approved by the machine", "Held for a person", "Marked as duplicates"):
        assert words in answer.out
    explained = {
        "exact": "Says exactly the same as",
        "fuzzy": "Reads almost the same as",
        "semantic": "Probably means the same as",
        "update": "Says something else about the same thing:",
    }
    like = r", like [0-9a-f]{8}( \(pending\))?: "
    assert all(re.search(f"      {likeness}{like}{words}", answer.out) for likeness, words in explained.items())
    assert "assay proposals list" in answer.out


@pytest.mark.parametrize("kind", ["topics", "atoms"])
def test_knowledge_is_listed(assay, kind):
    found = assay(kind, "--json").items
    approved = assay("metrics", "--json").document[f"{kind.removesuffix('s')}_proposals"]["approved"]
    assert len(found) == min(approved, 50)
    words = assay(kind).out
    assert all(each["id"][-8:] in words for each in found)


@pytest.mark.parametrize("kind", ["topics", "atoms"])
def test_no_knowledge_yet_says_where_to_look(empty, kind):
    assert empty(kind, "--json").document == {"items": [], "next": None}
    assert empty(kind).out == f"There are no {kind} yet. See what waits with: assay proposals list\n"


def test_the_metrics_are_the_document_of_the_contract(assay):
    document = assay("metrics", "--json").document
    assert set(document) == {"topic_proposals", "atom_proposals", "updated_at", "tiers"}
    for part in ("topic_proposals", "atom_proposals"):
        assert set(document[part]) == METRICS
        assert all(isinstance(value, int | float) for value in document[part].values())
    words = assay("metrics").out
    assert "at least 50 %" in words
    assert "under 1 hour" in words
    assert re.search(r"^offline +sure +atoms +\d+\.\d% of \d+$", words, re.MULTILINE)
    assert re.search(r"^offline +ranked +atoms +0\.0% of \d+$", words, re.MULTILINE)
    assert re.search(r"^counted at \d{4}-\d\d-\d\d \d\d:\d\d UTC$", words, re.MULTILINE)


def test_jobs_are_listed_with_schedule_retries_and_state(assay):
    found = {each["name"]: each for each in assay("jobs", "list", "--json").items}
    assert set(found) == set(CONTRACT)
    for name, (cron, timeout, delays, statistics) in CONTRACT.items():
        job = found[name]
        assert (job["cron"], job["timeout_seconds"], job["retry_delays"]) == (
            cron,
            timeout.total_seconds(),
            list(delays),
        )
        assert (job["last_run"]["state"], job["last_run"]["error"]) == ("ok", None)
        assert set(job["last_run"]["statistics"]) == set(statistics)
    assert all(name in assay("jobs", "list").out for name in ("auto_review_proposals", "deduplication_scan"))


def test_a_job_that_never_ran_is_unknown(empty):
    assert {each["last_run"] for each in empty("jobs", "list", "--json").items} == {None}
    assert empty("jobs", "list").out.count("unknown") == len(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_job_is_run_now(assay, name):
    document = assay("jobs", "run", name, "--json").document
    assert (document["job"], document["state"], document["error"]) == (name, "ok", None)
    assert set(document["statistics"]) == set(CONTRACT[name][3])
    assert f"{name}: ok" in assay("jobs", "run", name).out


def test_a_job_that_fails_ends_with_exit_code_1(assay, monkeypatch):
    def broken(*_args, **_options):
        raise ValueError("It broke.")

    monkeypatch.setattr("assay.proposals.metrics.document", broken)
    answer = assay("jobs", "run", "proposal_metrics_update")
    assert answer.code == 1
    assert "proposal_metrics_update: failed (It broke.)" in answer.out


def test_an_unknown_job_is_one_sentence_that_names_the_jobs(alone):
    sentence = alone("jobs", "run", "tidy").refused(2)
    assert sentence.startswith("There is no job 'tidy'. The jobs are: auto_review_proposals, ")


def test_the_settings_are_shown_without_their_secrets(alone):
    answer = alone("settings", "--json", KNOWLEDGE_DEDUP_BATCH_SIZE="77")
    assert answer.document["KNOWLEDGE_DEDUP_BATCH_SIZE"] == 77
    assert answer.document["KNOWLEDGE_AUTO_APPROVAL_CONFIDENCE_THRESHOLD"] == 0.95
    assert (answer.document["DATABASE_URL"], answer.document["NATS_URL"]) == ("set", "set")
    for text in (answer.out, alone("settings").out):
        assert "postgresql://" not in text
        assert "nats://" not in text


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("KNOWLEDGE_AUTO_APPROVAL_CONFIDENCE_THRESHOLD", "2", "less than or equal to 1"),
        ("KNOWLEDGE_AUTO_APPROVAL_CONFIDENCE_THRESHOLD", "nan", "finite"),
        ("KNOWLEDGE_DEDUP_SIMILARITY_THRESHOLD", "-0.1", "greater than or equal to 0"),
        ("KNOWLEDGE_PROPOSAL_EXPIRATION_DAYS", "366", "less than or equal to 365"),
        ("KNOWLEDGE_AUTO_APPROVAL_BATCH_SIZE", "0", "greater than or equal to 1"),
        ("KNOWLEDGE_DEDUP_BATCH_SIZE", "9", "greater than or equal to 10"),
        ("KNOWLEDGE_AUTO_APPROVAL_ENABLED", "perhaps", "boolean"),
    ],
)
@pytest.mark.parametrize("command", [["metrics"], ["settings"], ["up"]])
def test_a_setting_out_of_bounds_is_one_sentence_with_name_value_and_bound(alone, command, name, value, bound):
    sentence = alone(*command, **{name: value}).refused(2)
    assert sentence.startswith(f"{name}='{value}' is not allowed: ")
    assert bound in sentence


def test_a_database_url_of_another_kind_is_one_sentence(alone):
    sentence = alone("metrics", DATABASE_URL="mysql://me:secret@there/db").refused(2)
    assert "expected postgresql://" in sentence
    assert "secret" not in sentence


def test_nothing_runs_that_was_not_started(alone):
    assert alone("status", "--json").document["running"] is False
    assert alone("status").code == 0
    assert alone("down", "--json").document == {"stopped": False}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--port", "99999"], "--port 99999 is not allowed: it must be 0 to 65535."),
        (["--host", "203.0.113.7"], "Cannot listen on 203.0.113.7 port 8000: "),
    ],
)
def test_a_place_that_cannot_be_listened_on_is_one_sentence(alone, words, sentence):
    assert sentence in alone("up", *words).refused(2 if "--port" in words else 1)


def test_a_port_in_use_is_one_sentence(alone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = alone("up", "--port", str(port)).refused(1)
    assert sentence == f"Cannot listen on 127.0.0.1 port {port}: Address already in use. Try --port 0."


@pytest.mark.parametrize(
    "words", [["nonsense"], ["proposals", "list", "--status", "nonsense"], ["metrics", "--nonsense"]]
)
def test_a_command_that_is_none_is_refused(alone, words):
    answer = alone(*words)
    assert answer.code == 2
    assert "nonsense" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("likeness", "words"),
    [
        ("exact", "The same: assay proposals merge"),
        ("fuzzy", "Not the same? assay proposals not-duplicate"),
        ("update", "Does this one hold? assay proposals approve"),
    ],
)
def test_a_duplicate_says_what_to_do_next_by_its_type(assay, likeness, words):
    flagged = assay("proposals", "list", "--duplicates", "--json").document["items"]
    alike = [each for each in flagged if each["similarity_type"] == likeness]
    some = next(each for each in alike if not each.get("proposed_title", "").startswith("Disputed: "))
    assert words in assay("proposals", "show", some["id"]).out


def test_what_came_first_names_what_came_later_and_is_like_it(assay):
    flagged = assay("proposals", "list", "--duplicates", "--limit", "500", "--json").document["items"]
    later = next(each for each in flagged if each["similar_proposal_id"])
    shown = assay("proposals", "show", later["similar_proposal_id"])
    assert "Later proposals similar to it: assay proposals groups" in shown.out
    assert f"{later['id'][-8:]}  {later['similarity_type']}  {later['proposed_title'][:30]}" in shown.out
    document = assay("proposals", "show", later["similar_proposal_id"], "--json").document
    assert later["id"] in document["repeated_by"]


def test_a_decision_on_a_group_can_be_looked_at_first(assay):
    group = next(each for each in assay("proposals", "groups", "--json").items if not each["is_entity"])
    approve_topic_of(assay, group["id"])
    before = assay("proposals", "list", "--limit", "500", "--json").document
    words = ("proposals", "decide-group", group["id"])
    shown = assay(*words, "--preview").out
    assert f"{group['id'][-8:]}  would be approved." in shown
    assert shown.endswith("Nothing was changed: leave out --preview to decide.\n")
    foreseen = assay(*words, "--rest", "reject", "--preview", "--json").document
    assert assay("proposals", "list", "--limit", "500", "--json").document == before
    done = assay(*words, "--rest", "reject", "--json").document
    assert (foreseen["dry_run"], done["dry_run"]) == (True, False)
    assert foreseen == {**done, "dry_run": True}


def approve_topic_of(assay, proposal):
    """Of an atom."""
    topic = assay("proposals", "show", proposal, "--json").document["proposal"].get("proposed_topic")
    if topic and topic["proposal_id"]:
        assay("proposals", "approve", topic["proposal_id"])


def proposed_by_hand(assay):
    flagged = assay("proposals", "list", "--duplicates", "--json").items
    return [each for each in flagged if each["proposed_by_user_id"] != SYSTEM_USER_ID]


def test_what_a_colleague_of_the_demo_proposed_is_decided_by_whoever_tries_it(assay):
    assert len(proposed_by_hand(assay)) == 4
    for each in proposed_by_hand(assay):
        assert assay("proposals", "reject", each["id"]).code == 0
    assert proposed_by_hand(assay) == []


def test_who_proposed_something_is_told_that_others_decide_on_it_and_may_withdraw_it(assay, demo_url):
    own, other = sorted(proposed_by_hand(assay), key=lambda each: each["similar_entity_id"] is None)[:2]
    refused = assay("proposals", "withdraw", other["id"])
    assert (refused.code, "Only who proposed it may withdraw it" in refused.out) == (1, True)
    with psycopg.connect(demo_url) as connection:
        connection.execute(
            "UPDATE proposals SET proposed_by_user_id = (SELECT id FROM users WHERE name = %s) WHERE id = %s",
            [f"local:{getpass.getuser()}", own["id"]],
        )
    shown = assay("proposals", "show", own["id"]).out
    assert "proposed it, so somebody else has to decide on it." in shown
    refused = assay("proposals", "decide-group", own["similar_entity_id"], "--preview")
    assert (refused.code, "that is for somebody else" in refused.out) == (1, True)
    assert assay("proposals", "withdraw", own["id"], "--note", "A slip.").out.endswith("Withdrawn.\n")
    found = assay("proposals", "show", own["id"], "--json").document
    assert (found["proposal"]["status"], found["proposal"]["review_action"]) == ("rejected", "withdrawn")
    assert (found["trail"][-1]["action"], found["trail"][-1]["notes"]) == ("proposal.withdrawn", "A slip.")
    assert "was already withdrawn by" in assay("proposals", "withdraw", own["id"]).out


def test_what_was_taken_back_still_says_what_it_is_like(assay):
    flagged = assay("proposals", "list", "--duplicates", "--json").document["items"]
    each = next(one for one in flagged if one["similar_entity_id"] and one["proposed_by_user_id"] == SYSTEM_USER_ID)
    assert assay("proposals", "merge", each["id"], "--into", each["similar_entity_id"]).code == 0
    assert assay("proposals", "revert", each["id"]).code == 0
    assert assay("jobs", "run", "deduplication_scan").code == 0
    printed = assay("proposals", "list", "--duplicates").out
    row = next(line for line in printed.splitlines() if line.startswith(each["id"][-8:]))
    alike = "contradicted" if each["similarity_type"] == "update" else "duplicate"
    assert f"  {alike}: {each['similarity_type']} 0." in row
    assert "taken back" in printed


def test_what_waits_says_from_which_confidence_the_system_would_approve_it(assay):
    waiting = assay("proposals", "list", "--json").document["items"][0]
    assert "the system approves alone from 0.95 on" in assay("proposals", "show", waiting["id"]).out
    assay("policy", "set", "--threshold", "0.97")
    assert "the system approves alone from 0.97 on" in assay("proposals", "show", waiting["id"]).out
    assay("proposals", "reject", waiting["id"])
    assert "the system approves alone" not in assay("proposals", "show", waiting["id"]).out


@pytest.mark.parametrize("group", [[], ["proposals"], ["jobs"], ["policy"], ["users"], ["duplicates"], ["atoms"]])
def test_every_command_says_what_it_is_for(alone, group):
    lines = [line[2:].rstrip(" │") for line in alone(*group, "--help").out.splitlines() if line.startswith("│")]
    commands = [line for line in lines if not line.startswith(" ")]
    assert commands
    assert [each for each in commands if " " not in each] == []


def test_what_is_like_a_pending_proposal_is_shown_beside_it(assay):
    flagged = assay("proposals", "list", "--duplicates", "--limit", "500", "--json").items
    each = next(one for one in flagged if one["similar_proposal_id"])
    merge = assay("proposals", "show", each["id"], "--json").document["merge"]
    assert (merge["source_id"], merge["target_id"]) == (each["id"], each["similar_proposal_id"])
    shown = assay("proposals", "show", each["id"]).out
    assert f"{each['similar_proposal_id'][-8:]} has" in shown


def test_scores_are_cut_everywhere(assay, demo_url):
    waiting = assay("proposals", "list", "--kind", "atom", "--json").items[0]
    with psycopg.connect(demo_url) as connection:
        connection.execute("UPDATE proposals SET confidence = 0.9499 WHERE id = %s", [waiting["id"]])
    row = next(each for each in assay("proposals", "list").out.splitlines() if each.startswith(waiting["id"][-8:]))
    assert "  0.94  " in row
    assert "confidence 0.94 (" in assay("proposals", "show", waiting["id"]).out


def test_the_demo_counts_what_is_its_own_and_says_that_there_is_more(assay, tmp_path):
    def counted():
        document = assay("demo", "--once", "--json").document
        return {name: document[name] for name in ("messages", "proposals", "approved", "pending", "held", "duplicates")}

    alone = counted()
    chat = tmp_path / "mine.txt"
    chat.write_text(
        "[2026-03-02 09:14] <ana> Decision: the canteen closes at 14:00 UTC.\n"
        "[2026-03-02 09:15] <tom> agreed\n[2026-03-02 09:16] <lee> +1\n"
    )
    assay("ingest", str(chat))
    assay("jobs", "run", "--all")
    assert "canteen" in assay("proposals", "--limit", "1000").out + assay("atoms", "--limit", "1000").out
    assert counted() == alone
    assert "3 messages from other sources, and what came of them, are not counted here." in assay("demo", "--once").out


def test_how_the_jobs_stand_fits_a_narrow_terminal(assay):
    lines = assay("jobs", "status").out.splitlines()
    told = [line for line in lines if line.partition(" ")[0] in {"job", *CONTRACT}]
    assert len(told) == 2 * (1 + len(CONTRACT))
    assert max(map(len, told)) <= 60
