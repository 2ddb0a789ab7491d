"""The table of conformance names files and tests that exist, for every statement at least one."""

import re
from typing import Final

import pytest
from tests.docs import pages
from tests.docs.pages import ROOT, Row

PAGE: Final = "reference/conformance.md"
ROWS: Final = [row for heading in pages.headings(PAGE) for row in pages.rows(PAGE, heading, columns=3)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_what_a_row_names_exists(row: Row):
    named = row[2].split(", ")
    assert row[1]
    assert [each for each in named if not _exists(each)] == []


def _exists(name: str) -> bool:
    path, _, test = name.partition("::")
    file = ROOT / path
    return file.is_file() and (not test or re.search(rf"\bdef {test}\(", file.read_text()) is not None)
