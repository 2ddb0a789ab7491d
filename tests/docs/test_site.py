"""The site of docs/ is built strictly, and whoever reads it asks nobody else for anything."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from tests.docs.pages import ROOT

FETCHED = re.compile(r"""<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)=["']?([^"'\s>]+)""")


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    monkeypatch.setattr(logging.getLogger("mkdocs"), "level", logging.WARNING)


def site(folder: Path, **different: Any) -> Path:
    """Builds as `make docs` does. Raises Abort for a link that leads nowhere."""
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder / "site"), **different))
    return folder / "site"


def test_the_pages_become_a_site_that_fetches_nothing_from_elsewhere(tmp_path):
    pages = {page: page.read_text() for page in site(tmp_path).rglob("*.html")}
    assert len(pages) > 50
    fetched = {link for text in pages.values() for link in FETCHED.findall(text)}
    assert [link for link in fetched if ":" in link and not link.startswith("data:")] == []
    assert [page for page, text in pages.items() if "Content-Security-Policy" not in text] == []


@pytest.mark.parametrize(
    "fault",
    ["[gone](gone.md)", "[no such heading](#gone)", "[the root of a server](/README.md)"],
)
def test_a_link_that_leads_nowhere_stops_the_build(tmp_path, fault):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text(f"# Start\n\n{fault}\n")
    with pytest.raises(Abort):
        site(tmp_path, docs_dir=str(tmp_path / "docs"), nav=["README.md"])


def test_a_page_that_no_menu_names_stops_the_build(tmp_path):
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "forgotten.md"):
        (tmp_path / "docs" / name).write_text("# Start\n")
    with pytest.raises(Abort):
        site(tmp_path, docs_dir=str(tmp_path / "docs"), nav=["README.md"])
