"""Measuring the search for duplicates, and calibrating it, at the command line."""

import getpass
import gzip
import json

import pytest

from assay.ai.fakes import HashEmbedder
from assay.queue import deps

KEPT, CHANGED = "Sessions expire after 30 minutes.", "Sessions expire after 60 minutes."
PAIRS = [
    {"title1": KEPT, "text1": KEPT, "title2": KEPT, "text2": KEPT, "label": 1, "source": "ours", "kind": "duplicate"},
    {"title1": KEPT, "text1": "", "title2": "sessions expire after 30 minutes", "text2": "", "label": 1},
    {"title1": KEPT, "text1": "", "title2": CHANGED, "text2": "", "label": 0, "kind": "hard"},
    {
        "title1": KEPT,
        "text1": "",
        "title2": "The retro is on Thursday.",
        "text2": "",
        "label": 0,
        "kind": "random",
        "language": "en",
    },
]
LINES = [json.dumps(each) for each in PAIRS]


def written(tmp_path, *lines: str, name: str = "pairs.jsonl", zipped: bool = False) -> str:
    file = tmp_path / name
    data = "\n".join(lines).encode()
    file.write_bytes(gzip.compress(data) if zipped else data)
    return str(file)


@pytest.fixture
def by_hash(monkeypatch):
    """Commands ask a model that answers at once."""
    make_deps = deps.make_deps

    def with_hashes(settings, url):
        made = make_deps(settings, url)
        return deps.Deps(made.database, settings, HashEmbedder(), made.extractor)

    monkeypatch.setattr(deps, "make_deps", with_hashes)


def test_labelled_pairs_are_measured_plain_and_gzipped_alike(empty, tmp_path):
    document = empty("eval", "duplicates", written(tmp_path, *LINES), "--json").document
    assert {name: document[name] for name in ("n", "duplicates", "accuracy", "precision", "recall", "f1")} == {
        "n": 4, "duplicates": 2, "accuracy": 1, "precision": 1, "recall": 1, "f1": 1,
    }  # fmt: skip
    assert document["update"] == 0.25
    assert document["updates_as_duplicates"]["precision"] == pytest.approx(2 / 3)
    assert set(document["by_source"]) == {"ours", "unnamed"}
    assert set(document["by_kind"]) == {"duplicate", "hard", "random", "unnamed"}
    assert {name: part["n"] for name, part in document["by_language"].items()} == {"en": 1, "unnamed": 3}
    assert document["threshold"] == 0.85
    assert document["scorer"].startswith(document["model"])
    zipped = written(tmp_path, *LINES, name="pairs.jsonl.gz", zipped=True)
    assert empty("eval", "duplicates", zipped, "--json").document == document
    shown = empty("eval", "duplicates", zipped).out
    different = next(line for line in shown.splitlines() if "kind random" in line)
    assert different.split()[2:] == ["1", "1.000", "–", "–", "–", "–", "0.000"]
    assert "pairs.jsonl.gz: " in shown
    assert "The accuracy lies between 0.5" in shown


BROKEN = {
    "not-json": (["{"], "line 1: The line is not JSON"),
    "no-label": ([*LINES, '{"title1": "a", "text1": "", "title2": "b", "text2": ""}'], "line 5: The label is missing"),
    "label-2": ([LINES[0].replace('"label": 1', '"label": 2')], "line 1: "),
    "a-list": (["[1]"], "line 1: The line is JSON, but not an object."),
    "blank": (["", "  "], "holds no pairs."),
    "empty": ([], "is empty."),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzipped"])
def test_a_broken_file_is_refused_with_one_sentence(alone, tmp_path, name, zipped):
    lines, words = BROKEN[name]
    sentence = alone("eval", "duplicates", written(tmp_path, *lines, name=name, zipped=zipped), "--json").refused(2)
    assert sentence.startswith(name)
    assert words in sentence


def test_a_damaged_archive_and_a_file_that_is_not_there_are_one_sentence(alone, tmp_path):
    file = tmp_path / "cut.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(LINES * 50).encode())[:-20])
    assert alone("eval", "duplicates", str(file)).refused(2).startswith("cut.jsonl.gz is damaged: its gzip data")
    assert alone("eval", "duplicates", str(tmp_path / "none")).refused(2).startswith("There is no file")


def test_calibrating_changes_nothing_until_it_is_told_to(empty, by_hash):
    found = empty("calibrate", "--json").document
    assert (found["model"], found["stored"], set(found["parts"])) == (
        "hash-bag-384",
        False,
        {"all", "topic", "atom", "long"},
    )
    before, after = (found["parts"]["all"][side] for side in ("before", "after"))
    assert before["n"] == after["n"] == 439
    assert after["accuracy"] > before["accuracy"]
    assert "Nothing was stored: add --store to use the best one." in empty("calibrate").out
    assert empty("policy", "history", "--json").items == []

    assert "Version 1 of the policy has it." in empty("calibrate", "--store").out
    assert "there is nothing to store" in empty("calibrate").out
    assert empty("calibrate", "--store", "--json").document["policy_version"] == 1
    [version] = empty("policy", "history", "--json").items
    assert (version["author"], version["note"]) == (f"local:{getpass.getuser()}", "Calibrated")
    stored = empty("policy", "show", "--json").document["document"]["operating_points"]["hash-bag-384"]
    assert {kind: point for kind, point in stored.items() if point is not None} == found["points_after"]
    again = empty("calibrate", "--json").document
    assert again["parts"]["all"]["before"] == again["parts"]["all"]["after"] == after


def test_what_people_said_of_pairs_is_counted_when_calibrating(assay, by_hash):
    found = assay("proposals", "list", "--duplicates", "--kind", "atom", "--json").document["items"]
    one, other = [each for each in found if each["similar_entity_id"] and each["similarity_type"] != "exact"][:2]
    assert assay("proposals", "not-duplicate", one["id"]).code == 0
    assert assay("proposals", "merge", other["id"], "--into", other["similar_entity_id"]).code == 0
    assert "439 pairs come with Assay, 2 are verdicts of your team." in assay("calibrate").out
    parts = assay("calibrate", "--json").document["parts"]
    assert (parts["team"]["before"]["n"], parts["team"]["before"]["duplicates"]) == (2, 1)
    assert parts["all"]["before"]["n"] == 439 + 2


def test_the_point_that_comes_with_the_offline_model_is_the_best_for_it(empty):
    found = empty("calibrate", "--store", "--json").document
    assert found["stored"]
    before, after = (found["parts"]["all"][when]["accuracy"] for when in ("before", "after"))
    assert after - before <= 0.01, found["points_after"]  # the point itself moves with the processor: int8
    assert after >= 0.88
