"""Files that were made to keep a reader busy."""

import gzip
import os
from pathlib import Path

import pytest
from tests.cpu_cost import costs_little

from assay.errors import InvalidInput
from assay.evaluation.labels import from_file
from assay.lines import FREE_TO_UNPACK, MAX_BLANK_LINES, open_file, read_lines, read_text

SAID = b'{"author": "ana", "ts": "2026-03-02T09:14:05Z", "text": "Hi."}\n'
MB = 2**20


def read(path):
    return list(read_lines(open_file(path), path.name))


def packed(path, parts):
    with gzip.open(path, "wb", compresslevel=1) as file:
        for each in parts:
            file.write(each)
    return path


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([SAID, *[b"\n" * MB] * 600], "chat.gz has 100,001 blank lines in a row up to line 100,002: at most 100,000"),
        (
            [SAID, *[b" " * MB + b"\n"] * 600],
            "in a row up to line 17: at most 100,000, or 16,777,216 bytes",
        ),
        ([SAID, *[b"a" * MB] * 600], "chat.gz unpacks to more than 100 times its size, which no chat does"),
        ([b"a" * MB + b"\n"] * 600, "chat.gz unpacks to more than 100 times its size, which no chat does"),
    ],
)
def test_what_unpacks_without_end_is_given_up_with_a_sentence(tmp_path, parts, sentence):
    path = packed(tmp_path / "chat.gz", parts)
    with costs_little(), pytest.raises(InvalidInput) as refused:
        read(path)
    assert sentence in str(refused.value)


def test_a_chat_that_packs_well_and_has_gaps_is_read(tmp_path):
    gap = b"\n" * (MAX_BLANK_LINES - 1)
    assert len(read(packed(tmp_path / "chat.gz", [SAID, gap, SAID, gap, SAID]))) == 3
    many = FREE_TO_UNPACK // len(SAID) // 2
    assert len(read(packed(tmp_path / "well.gz", [SAID * many]))) == many


def test_a_file_that_says_it_is_empty_is_read_no_further_than_allowed(tmp_path):
    with pytest.raises(InvalidInput, match="is larger than 1,000 bytes: that is no policy"):
        read_text(Path("/dev/zero"), 1_000, "policy")
    big = tmp_path / "set"
    os.truncate(os.open(big, os.O_CREAT | os.O_WRONLY), 200_000_000)
    with pytest.raises(InvalidInput, match="is larger than 100,000,000 bytes: that is no labelled set"):
        from_file(big)
