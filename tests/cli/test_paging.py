"""Every list at the command line: one way to page, the records of HTTP, and what is said where there is more."""

import re
import shlex
from collections.abc import Iterator

import pytest
from cyclopts import App
from tests.docs.http_page import description

from assay.cli.app import app as program
from assay.cli.paging import DEFAULT_LIMIT

DOCUMENT = description()
SCHEMAS = DOCUMENT["components"]["schemas"]
LISTS: dict[tuple[str, ...], str] = {
    ("proposals", "list", "--kind", "atom"): "ListedAtomProposal",
    ("proposals", "list", "--kind", "topic"): "ListedTopicProposal",
    ("topics",): "TopicView",
    ("topics", "list"): "TopicView",
    ("atoms",): "AtomView",
    ("atoms", "list"): "AtomView",
    ("messages", "list"): "MessageView",
    ("extractions", "list"): "RunView",
    ("jobs", "runs", "deduplication_scan"): "JobRunView",
    ("audit", "list"): "AuditEntryView",
    ("users", "list"): "UserView",
    ("messages",): "MessageView",
    ("audit",): "AuditEntryView",
}
MADE: dict[tuple[str, ...], str] = {
    ("sources", "list"): "SourceView",
    ("tokens", "list"): "TokenView",
    ("policy", "history"): "VersionView",
    ("duplicates", "list"): "PairView",
}
"""The demo leaves one at most."""
FAILED: dict[tuple[str, ...], str] = {("jobs", "dead", "list"): "DeadLetterView", ("alerts", "list"): "AlertView"}
"""Whose records only a failure makes."""
ONLY_HERE = {("proposals", "groups")}
"""What HTTP has no list of."""
ONLY_OVER_HTTP = {"PersonView", "FoundMessage", "ImportView", "QueueRow", "ContradictionView"}
"""What only the page lists."""


def commands(group: App = program, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command, and its options."""
    for name in group:
        if not name.startswith("-"):
            command = group[name]
            if command.default_command:
                yield (*path, name), {each.name for each in command.assemble_argument_collection()}
            yield from commands(command, (*path, name))


def paged_over_http() -> set[str]:
    """The records of every list that goes on."""
    operations = [each["get"] for each in DOCUMENT["paths"].values() if "get" in each]
    lists = [each for each in operations if "after" in {given["name"] for given in each.get("parameters", [])}]
    pages = [each["responses"]["200"]["content"]["application/json"]["schema"]["$ref"] for each in lists]
    return {each.split("/PageOf_")[1].removesuffix("_") for each in pages if "/PageOf_" in each}


def keys(model: str) -> set[str]:
    """What a record has over HTTP."""
    found = [name for name in SCHEMAS if name == model or name.startswith(f"{model}-")]
    return set(SCHEMAS[found[0]]["properties"])


def test_every_list_of_the_command_line_and_of_http_is_compared_here():
    compared = {**LISTS, **MADE, **FAILED}
    known = {*compared, *ONLY_HERE}
    for words, options in commands():
        if "--after" in options:
            assert {"--limit", "--json"} <= options
            assert any(each[: len(words)] == words for each in known), f"{words} is not compared"
    assert paged_over_http() == {*compared.values(), *ONLY_OVER_HTTP}


def test_every_list_shows_as_much_and_the_jobs_are_listed_alike(assay):
    for words, options in commands():
        if "--after" in options:
            group = program
            for word in words:
                group = group[word]
            [limit] = [each for each in group.assemble_argument_collection() if each.name == "--limit"]
            assert limit.field_info.default == DEFAULT_LIMIT, words
    listed = assay("jobs", "--json").document
    assert set(listed) == keys("PageOf_JobView_")
    assert set(listed["items"][0]) == keys("JobView")


@pytest.mark.parametrize("group", [path[:-1] for path, _ in commands() if path[-1] == "list"], ids=" ".join)
def test_a_group_without_a_command_lists(empty, group):
    assert empty(*group, "--json").document == empty(*group, "list", "--json").document
    assert f"Usage: assay {' '.join(group)} COMMAND" in empty(*group, "--help").out
    assert 'Unknown command \\"lits\\"' in empty(*group, "lits", "--json").err


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_list_goes_on_where_it_ended_and_its_records_are_those_of_http(assay, words):
    everything = assay(*words, "--limit", "1000", "--json").document
    assert everything["next"] is None
    assert {frozenset(each) for each in everything["items"]} == {frozenset(keys(LISTS[words]))}
    half = len(everything["items"]) // 2
    first = assay(*words, "--limit", str(half), "--json").document
    rest = assay(*words, "--limit", "1000", "--after", first["next"], "--json").document
    known = [each["id"] for each in everything["items"]]
    assert [each["id"] for each in (*first["items"], *rest["items"])] == known


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_list_says_that_there_is_more_and_with_which_command_to_go_on(assay, words):
    whole = assay(*words, "--limit", "1").out
    [more] = [line for line in whole.splitlines() if line.startswith("There is more: ")]
    going_on = shlex.split(more.removeprefix("There is more: assay "))
    assert going_on[: len(words)] == list(words)
    assert len(going_on[-1]) <= len("--after=") + 34
    second = assay(*going_on).out
    assert second.splitlines()[1] not in whole


def test_sources_tokens_versions_pairs_and_groups_are_paged_too(assay, tmp_path):
    chat = tmp_path / "chat.txt"
    chat.write_text("[2026-03-02 09:14] <ana> Hello there.\n")
    for source in ("crm", "mail"):
        assay("ingest", str(chat), "--source", source)
    assay("users", "create", "bot", "--agent")
    for _ in range(3):
        assay("tokens", "create", "bot")
    for threshold in ("0.9", "0.91", "0.92"):
        assay("policy", "set", "--threshold", threshold)
    assay("duplicates", "scan", "--entities", KNOWLEDGE_DEDUP_SIMILARITY_THRESHOLD="0.4")
    for words, model in (*MADE.items(), (("proposals", "groups"), None)):
        everything = assay(*words, "--limit", "1000", "--json").items
        assert len(everything) > 2, words
        assert model is None or set(everything[0]) == keys(model)
        first = assay(*words, "--limit", "2", "--json").document
        rest = assay(*words, "--limit", "1000", "--after", first["next"], "--json").document
        assert [*first["items"], *rest["items"]] == everything


@pytest.mark.parametrize("words", [("jobs", "dead", "list"), ("alerts", "list"), ("tokens", "list")])
def test_an_empty_list_says_so_and_is_a_page_in_json(empty, words):
    assert empty(*words, "--json").document == {"items": [], "next": None}
    assert empty(*words).out.strip()


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ1c2VycyIsIDFd", "ffff0000"])
def test_a_cursor_that_is_none_of_ours_is_one_sentence(empty, cursor):
    assert empty("users", "list", "--after", cursor).refused(2).startswith("This cursor was not issued here")


def test_an_option_that_goes_on_takes_the_place_of_the_one_before(assay, capfd):
    first = assay("atoms", "--limit", "2").out
    words = shlex.split(first.splitlines()[-1].removeprefix("There is more: assay "))
    again = assay(*words).out.splitlines()[-1]
    assert again.count("--after") == 1
    assert re.search(r"assay atoms --limit 2 --after=\S+$", again)


@pytest.mark.parametrize("kind", ["topic", "atom"])
def test_what_is_known_is_shown_with_why_we_believe_it(assay, kind):
    entity = assay(f"{kind}s", "--json").items[0]
    found = assay(f"{kind}s", "show", entity["id"][-8:], "--json").document
    assert found["entity"] == entity
    assert set(found) == keys(f"EntityDetail_{kind.capitalize()}View_")
    shown = assay(f"{kind}s", "show", entity["id"]).out
    for words in (entity["title" if kind == "atom" else "name"], "Evidence", "Proposed and decided", "History"):
        assert words in shown
    other = {"topic": "atoms", "atom": "topics"}[kind]
    assert f"There is no {other[:-1]} " in assay(other, "show", entity["id"]).refused(2)


def test_a_proposal_is_shown_with_the_keys_of_http(assay):
    for kind in ("topic", "atom"):
        proposal = assay("proposals", "list", "--kind", kind, "--json").items[0]
        found = assay("proposals", "show", proposal["id"], "--json").document
        assert set(found) == keys(f"Detail_{kind.capitalize()}ProposalView_")
        assert set(found["proposal"]) == keys(f"{kind.capitalize()}ProposalView")
        assert found["held"] == proposal["held"]


def test_what_is_known_is_found_by_words(assay):
    atom = assay("atoms", "--json").items[0]
    document = assay("search", atom["title"], "--json").document
    best = document["items"][0]
    assert best["entity"] == atom
    assert set(best) == keys("Ranked_AtomView_")
    assert atom["id"][-8:] in assay("search", *atom["title"].split()).out
    kinds = {each["entity"]["kind"] for each in assay("search", atom["title"], "--kind", "topic", "--json").items}
    assert kinds <= {"topic"}
    nothing = assay("search", "wine", "pairing")
    assert nothing.out.startswith("Nothing approved has these words or is similar.")
    assert assay("search", "wine", "pairing", "--json").document == {"items": []}
    found = assay("search", "how are amounts of money kept", "--kind", "atom", "--json").items[0]
    assert "integer cents" in found["entity"]["title"]
    assert found["words_rank"] is None
    assert "in 1 to 200 characters" in assay("search").refused(2)


def test_decisions_are_answered_as_bulk_decisions_are(assay):
    proposal = assay("proposals", "list", "--kind", "atom", "--json").items[0]
    answer = assay("proposals", "reject", proposal["id"], "--note", "No.", "--json").document
    assert set(answer) == keys("BulkAnswer")
    assert set(answer["items"][0]) == keys("OutcomeView")
