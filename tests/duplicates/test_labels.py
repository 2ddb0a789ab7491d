"""Files of labelled pairs, good and hostile."""

import gzip
import json

import pytest

from assay.duplicates import labels
from assay.duplicates.labels import LabelledPair, read_pairs
from assay.errors import InvalidInput
from assay.kinds import Kind

ROW = {"title1": "One", "text1": "first", "title2": "Two", "text2": "", "label": 1, "kind": "hard", "source": "a-topic"}


def line(**changes: object) -> str:
    return json.dumps({**ROW, **changes})


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_plain_and_packed_files_hold_the_same_pairs(tmp_path, pack):
    file = tmp_path / "pairs"
    file.write_bytes(pack(f"{line()}\n\n{line(label=0, source='x', more='columns')}\n".encode()))
    assert read_pairs(file) == [
        LabelledPair(("One", "first"), ("Two", ""), True, Kind.TOPIC, "a-topic", "hard"),
        LabelledPair(("One", "first"), ("Two", ""), False, Kind.ATOM, "x", "hard"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "holds no pairs"),
        (b"not json", "line 1: The line is not JSON"),
        (b"[1]", "line 1: The line is JSON, but not an object"),
        (b"{" * 100_000, "line 1: The line is not JSON"),
        (line().encode() + b"\n{}", "line 2: The title1 is missing"),
        (line(label=2).encode(), "line 1: label=2 is not allowed"),
        (line(label="1").encode(), "line 1: label='1' is not allowed"),
        (line(label=True).encode(), "line 1: label=True is not allowed"),
        (line(text1=None).encode(), "line 1: text1=None is not allowed"),
        (line(text1="x" * 100_001).encode(), "line 1: text1='x"),
        (line().replace("first", "\\ud800").encode(), "line 1: The line is not JSON"),
        (b"\xff\xfe{\x00", "is written in UTF-16"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"PK\x03\x04", "is a zip archive"),
        (gzip.compress(b"{}" * 1000, mtime=0)[:-20], "is damaged"),
        (b"x" * (4 * 2**20 + 1), "line 1: The line is longer than"),
    ],
)
def test_what_is_no_file_of_pairs_is_refused_with_one_sentence(tmp_path, content, sentence):
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        read_pairs(file)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_absent_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InvalidInput):
            read_pairs(path)


def test_a_file_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "MAX_PAIRS", 3)
    file = tmp_path / "pairs.jsonl"
    file.write_text(f"{line()}\n" * 4)
    with pytest.raises(InvalidInput, match="more than 3 pairs"):
        read_pairs(file)
