"""Erasing at the command line."""


def test_it_is_counted_first_and_done_when_it_is_said(assay):
    counted = assay("erase", "--author", "priya", "--json").document
    assert (counted["erased"], counted["messages"] > 10, counted["proposals"] > 0) == (False, True, True)
    assert assay("erase", "--author", "priya", "--json").document == counted
    assert "Nothing is erased yet" in assay("erase", "--author", "priya").out

    done = assay("erase", "--author", "priya", "--yes", "--note", "request 4711", "--json").document

    assert {**done, "erased": False} == counted
    assert "0 messages, 0 quotes" in assay("erase", "--author", "priya", "--yes").out


def test_whose_must_be_said(alone):
    assert "Name a person or a channel" in alone("erase", "--yes").refused(2)


def test_everything_else_goes_on_after_it(assay):
    assert assay("erase", "--author", "priya", "--yes").code == 0
    [gone, *_] = assay("proposals", "list", "--status", "rejected", "--limit", "500", "--json").items
    for words in ("proposals list", "atoms list", "duplicates list", "metrics", "jobs run --all"):
        assert assay(*words.split()).code == 0
    assert "(erased)" in assay("proposals", "show", gone["id"]).out
    assert "erased" in assay("proposals", "reopen", gone["id"]).out
