"""Every page leads somewhere and shows commands that exist."""

import re
import shlex
from contextlib import suppress
from pathlib import Path

import pytest
from cyclopts import MissingArgumentError
from tests.docs import pages
from tests.docs.pages import PAGES, ROOT

from assay.cli.app import app

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_every_relative_link_leads_to_a_file(page: Path):
    inside = [link.partition("#")[0] for link in pages.links(page) if "://" not in link and not link.startswith("#")]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@each_page
def test_every_link_to_a_heading_finds_it(page: Path):
    inside = [link.partition("#") for link in pages.links(page) if "://" not in link and "#" in link]
    assert [each for each in inside if each[2] not in pages.anchors(page.parent / each[0] if each[0] else page)] == []


@each_page
def test_every_page_is_linked_to(page: Path):
    linked = {(each.parent / link.partition("#")[0]).resolve() for each in PAGES for link in pages.links(each)}
    assert page == ROOT / "README.md" or page in linked


@each_page
def test_every_command_shown_is_one(page: Path):
    for shown in pages.commands(page):
        with suppress(MissingArgumentError):  # a sentence may name a command without what it needs
            app.parse_args(shlex.split(shown), exit_on_error=False, print_error=False)


def test_the_first_pages_show_commands():
    assert all(pages.commands(ROOT / name) for name in ("README.md", "docs/quickstart.md"))


@each_page
def test_every_row_of_a_table_has_as_many_cells_as_its_head(page: Path):
    widths = [
        {len(pages.cells(line)) for line in table.splitlines()}
        for table in re.findall(r"(?:^\|.*\n)+", pages.without_code(page.read_text()), re.MULTILINE)
    ]
    assert [each for each in widths if len(each) > 1] == []


@each_page
def test_every_file_of_the_code_that_is_named_is_there(page: Path):
    named = re.findall(r"`((?:src|tests|docs|tools|benchmarks)/[\w./-]+)`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_hooks_of_a_commit_are_the_checks_and_fetch_nothing():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    [check] = re.findall(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    tools = set(re.findall(r"\$\(BIN\)/([\w-]+)", check))
    assert set(re.findall(r"entry: \.venv/bin/([\w-]+)", hooks)) == tools
    assert set(re.findall(r"repo: (\S+)", hooks)) == {"local"}


def test_nobody_is_told_to_install_what_a_registry_has_under_our_name():
    by_name = re.compile(r"install (-\S+ )*['\"]?assay\b(?! deploy/helm/)")  # there it names a release of our own chart
    assert [each for each in (*PAGES, *(ROOT / "src").rglob("*.py")) if by_name.search(each.read_text())] == []
