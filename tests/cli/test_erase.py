"""Erasing at the command line."""

import pytest
from tests.faults.helpers import ROOT

from assay.cli.commands.erase import _words
from assay.extraction.erasure import Erased


def test_it_is_counted_first_and_done_when_it_is_said(assay):
    counted = assay("erase", "--author", "priya", "--json").document
    assert (counted["erased"], counted["messages"] > 10, counted["proposals"] > 0) == (False, True, True)
    assert assay("erase", "--author", "priya", "--json").document == counted
    dry = assay("erase", "--author", "priya").out
    assert "Nothing is erased yet" in dry
    assert "even where they only agreed" in dry
    assert "--drawn all" in dry
    assert "--drawn all" not in assay("erase", "--author", "priya", "--drawn", "all").out

    done = assay("erase", "--author", "priya", "--yes", "--note", "request 4711", "--json").document

    assert {**done, "erased": False} == counted
    assert "there is no message by 'priya'." in assay("erase", "--author", "priya", "--yes").out


def test_importing_it_again_brings_nothing_back(assay):
    first = assay("messages", "list", "--limit", "500", "--json").items
    assay("erase", "--author", "priya", "--yes")
    again = assay("ingest", str(ROOT / "src/assay/sample/chat.jsonl"), "--source", first[0]["source"])
    assert (
        f"{sum(each['author'] == 'priya' for each in first)} of the messages were erased or deleted before" in again.out
    )
    assert "0 added" in again.out


@pytest.mark.parametrize("more", [[], ["--yes"]])
def test_whom_nobody_knows_is_one_sentence(empty, more):
    answer = empty("erase", "--author", "nobody", "--channel", "nowhere", *more)
    assert answer.out.startswith("Nothing to erase: there is no message by 'nobody' in channel 'nowhere'.")
    assert answer.out.count("\n") == 1


def test_one_of_a_thing_is_said_as_one():
    assert _words(Erased(1, 2, 1, 0, 1)) == "1 message, 2 quotes, 1 proposal, 0 topics, 1 atom"


def test_whose_must_be_said(alone):
    assert "Name a person or a channel" in alone("erase", "--yes").refused(2)


def test_everything_else_goes_on_after_it(assay):
    assert assay("erase", "--author", "priya", "--yes").code == 0
    [gone, *_] = assay("proposals", "list", "--status", "rejected", "--limit", "500", "--json").items
    for words in ("proposals list", "atoms list", "duplicates list", "metrics", "jobs run --all"):
        assert assay(*words.split()).code == 0
    assert "(erased)" in assay("proposals", "show", gone["id"]).out
    assert "erased" in assay("proposals", "reopen", gone["id"]).out
