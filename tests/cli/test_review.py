"""Reviewing at a terminal, one key a decision; and without one, a line a key."""

import io
import re
import sys

import psycopg
import pytest
from tests.cli.terminal import Terminal
from tests.patience import PATIENCE

PLACE = re.compile(r"(\d+) of \d+")


@pytest.fixture
def review(demo_url, nats_url, tmp_path):
    """Opens the review at a terminal on a copy of what the demo leaves."""
    opened = []

    def start(*words):
        home = str(tmp_path / "untouched")
        terminal = Terminal("proposals", "review", *words, ASSAY_HOME=home, DATABASE_URL=demo_url, NATS_URL=nats_url)
        opened.append(terminal)
        return terminal

    yield start
    for each in opened:
        each.process.kill()
        each.process.wait()


def states(url, *ids):
    with psycopg.connect(url) as connection:
        found: dict[str, str] = dict(connection.execute("SELECT id::text, status FROM proposals").fetchall())
    return [found[each] for each in ids]


@pytest.fixture
def waiting(assay):
    """The first that wait, in the order of their age."""
    return [each["id"] for each in assay("proposals", "list", "--kind", "atom", "--json").items]


def at(terminal, place):
    """Waits until that one is drawn as a whole, and a key is asked for."""
    terminal.see(f"{place} of ")
    terminal.see("\n> ")


def test_a_session_by_single_keys_with_a_reason_and_an_undo(review, demo_url, waiting):
    terminal = review("--kind", "atom", "--sort", "oldest", "--confidence-max", "0.9")
    at(terminal, 1)
    terminal.press("r")
    terminal.see("Rejected.")
    at(terminal, 2)
    terminal.press("R")
    terminal.see("Reason:")
    terminal.press("Said in jest\n")
    terminal.see("Rejected.")
    at(terminal, 3)
    terminal.press("z")
    terminal.see("Reopened.")
    at(terminal, 2)
    terminal.press("j")
    at(terminal, 3)
    terminal.press("q")
    terminal.see("1 decided.")
    assert terminal.end() == 0
    with psycopg.connect(demo_url) as connection:
        [(notes,)] = connection.execute(
            "SELECT count(*) FROM audit_log WHERE action = 'proposal.rejected' AND detail ->> 'notes' = 'Said in jest'"
        ).fetchall()
        claims = connection.execute("SELECT count(*) FROM review_claims").fetchone()
    assert (notes, claims) == (1, (0,))


def test_what_is_pressed_ahead_decides_nothing_that_was_not_seen(review, demo_url):
    terminal = review("--kind", "atom", "--sort", "oldest", "--confidence-max", "0.9")
    at(terminal, 1)
    terminal.press("rrrrrrrr")
    at(terminal, 2)
    terminal.press("q")
    terminal.see("decided.")
    with psycopg.connect(demo_url) as connection:
        [(rejected,)] = connection.execute(
            "SELECT count(*) FROM audit_log WHERE action = 'proposal.rejected'"
        ).fetchall()
    assert rejected == 1


def test_ctrl_c_leaves_the_terminal_as_it_was(review):
    terminal = review()
    at(terminal, 1)
    terminal.press("\x03")
    terminal.see("Interrupted.")
    assert terminal.process.wait(PATIENCE) == 130
    assert terminal.takes_lines


def test_without_a_terminal_each_line_is_a_key(assay, demo_url, waiting, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\nR\nToo vague\nj\nn\nAsk ops\nk\nz\nx\nq\n"))
    shown = assay("proposals", "review", "--kind", "atom", "--sort", "oldest")
    assert (shown.code, shown.err) == (0, "")
    assert [int(each) for each in PLACE.findall(shown.out)] == [1, 2, 3, 4, 4, 3, 2, 2]
    assert shown.out.index("“") < shown.out.index("that the rules ask for")
    assert states(demo_url, *waiting[:2]) == ["approved", "pending"]
    assert "a approve" in shown.out
    assert shown.out.endswith("1 decided.\n")


def test_one_edits_and_puts_off_and_what_is_refused_is_said(assay, demo_url, waiting, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("e\nAnother title\n\ns\nsoon\ns\n2h\nz\nz\nz\n"))
    shown = assay("proposals", "review", "--kind", "atom", "--sort", "oldest")
    assert "'soon' is not a duration: use 2h, 1d or 3w." in shown.out
    assert "Snoozed." in shown.out
    assert "There is nothing to undo." in shown.out
    assert states(demo_url, *waiting[:2]) == ["pending", "pending"]
    assert assay("proposals", "show", waiting[0], "--json").document["proposal"]["proposed_title"] == "Another title"


def test_an_empty_queue_says_so(empty, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert empty("proposals", "review").out == "Nothing waits that fits.\n0 decided.\n"


def test_many_are_decided_by_a_filter_that_was_looked_at(assay):
    words = ("--kind", "atom", "--confidence-max", "0.7")
    fits = len(assay("proposals", "list", *words, "--json", "--limit", "1000").items)
    assert fits > 1
    seen = assay("proposals", "reject", *words, "--preview")
    assert seen.out.count("would be rejected.") == fits
    assert seen.out.endswith(f"{fits} match. Nothing was changed.\n")
    assert assay("proposals", "reject", *words).refused(2).endswith(f"pass --expect {fits}.")
    assert assay("proposals", "reject", *words, "--expect", "1").refused(1).endswith("run --preview again.")
    assert assay("proposals", "reject", *words, "--expect", str(fits)).code == 0
    assert assay("proposals", "list", *words, "--json").items == []


def test_many_are_filed_under_another_topic_by_a_filter(assay):
    words = ("--kind", "atom", "--channel", "backend", "--type", "insight")
    fits = assay("proposals", "list", *words, "--json").items
    done = assay("proposals", "edit", *words, "--new-topic", "Backups", "--expect", str(len(fits)), "--json").items
    assert all(each["done"] for each in done)
    assert {each["proposed_topic"]["name"] for each in assay("proposals", "list", *words, "--json").items} == {
        "Backups"
    }
    assert assay("proposals", "edit", fits[0]["id"]).refused(2).startswith("Say what to change")


def test_a_list_takes_the_filters_and_orders_of_http(assay):
    surest = assay("proposals", "list", "--sort", "surest", "--confidence-min", "0.8", "--json").items
    assert [each["confidence"] for each in surest] == sorted((each["confidence"] for each in surest), reverse=True)
    assert min(each["confidence"] for each in surest) >= 0.8
    assert assay("proposals", "list", "--assignee", "nobody", "--limit", "1", "--json").items
    assert assay("proposals", "list", "--created-before", "2020-01-01", "--json").items == []
    assert "zoe" in assay("proposals", "list", "--assignee", "zoe").refused(2)
