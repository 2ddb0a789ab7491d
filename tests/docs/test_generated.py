"""The pages say what the code says: nothing is missing, nothing is invented."""

from pathlib import Path

import pytest
from tests.docs import generate, pages
from tests.docs.pages import ROOT, Row
from tests.docs.reference import (
    CLI,
    CONFIDENCE,
    ENUMERATIONS,
    JOBS_PAGE,
    RECORDS,
    SETTINGS,
    TABLES,
    UNTOLD,
    commands,
    parameters,
    recorded,
)
from tests.docs.refill import refill

from assay.db.models import MAX_FAILED_READS, MAX_FAILURES
from assay.extraction import confidence
from assay.queue.job import JOBS
from assay.settings import Settings

PAGES = generate.pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_tells_what_the_code_does(page: Path):
    assert page.read_text() == PAGES[page], "The page differs from the code. Write it anew with: make pages"


BEFORE = """# Page

## Limits

| Name | Value | Meaning |
|---|---|---|
| `MAX` | 4 | of *all* |
| `GONE` | 5 | nothing |

Prose.
"""


def test_what_people_wrote_stays_in_a_table_that_is_written_anew():
    rows = refill(BEFORE, "page.md", "Limits", [("NEW", "1"), ("MAX", "2")]).splitlines()
    assert rows[4:] == [
        "| Name | Value | Meaning |",
        "|---|---|---|",
        "| `NEW` | 1 | |",
        "| `MAX` | 2 | of *all* |",
        "",
        "Prose.",
    ]


def test_a_row_that_lacks_what_comes_from_the_code_keeps_what_somebody_wrote():
    before = "# Page\n\n## table\n\n| Column | Meaning |\n|---|---|\n| `id` | which |\n"
    assert refill(before, "page.md", "table", [("id", "number")]).endswith("| `id` | number | which |\n")


def test_a_heading_that_is_missing_is_asked_for():
    with pytest.raises(KeyError, match="has no heading 'Bounds': write it"):
        refill(BEFORE, "page.md", "Bounds", [("NEW", "1")])


def test_a_heading_without_a_table_gets_one():
    written = refill("# Page\n\n## table\n\nWhat it holds.\n", "reference/records.md", "table", [("id", "number")])
    assert written.endswith("What it holds.\n\n| Column | Value | Meaning |\n|---|---|---|\n| `id` | number | |\n\n")


def test_every_parameter_of_every_command_says_what_it_is_for():
    silent = [(name, each[0]) for name, command in commands() for each in parameters(command) if not each[2]]
    assert silent == []


def test_whatever_is_recorded_of_a_proposal_or_an_entity_is_announced():
    assert [name for (name,) in recorded() if name.startswith(("proposal", "entity"))] == []


@pytest.mark.parametrize(
    ("page", "start", "real"),
    [
        (CLI, "assay ", {name for name, _ in commands()}),
        (RECORDS, "", {*TABLES, *ENUMERATIONS, "Topic icons and colours", "Limits of a message"}),
        (JOBS_PAGE, "", {"Jobs", "Statistics", "Fixed figures", *JOBS}),
    ],
)
def test_the_page_has_a_part_for_each_and_no_other(page: str, start: str, real: set[str]):
    written = {each for each in pages.headings(page) if each.startswith(start)}
    assert written - UNTOLD == real


def test_the_settings_page_tells_what_each_is_for():
    meanings = [row[3] for row in pages.rows(SETTINGS, "Settings", columns=4)]
    assert meanings == [field.description for field in Settings.model_fields.values()]


@pytest.mark.parametrize("row", pages.rows(CONFIDENCE, "Examples", columns=7))
def test_the_examples_of_the_weighing_are_true(row: Row):
    stated, *counts, suspicious, result = row
    verified, unverified, people, hedged = map(int, counts)
    facts = confidence.EvidenceFacts(verified, unverified, people, hedged, suspicious == "yes")
    assert f"{confidence.weigh(float(stated), facts):.3f}" == result


def test_the_wait_after_five_failures_is_told():
    page = pages.read("howto/when-something-is-wrong.md")
    assert f"{MAX_FAILURES} failures" in page
    assert f"{MAX_FAILED_READS} failed reads" in page
