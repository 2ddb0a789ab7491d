"""The sources of the page keep what was promised of them. Needs neither Node nor a browser."""

import json
import re
from pathlib import Path

from assay.imports.actions import OPTIONS
from assay.readers.formats import READERS

PAGE = Path(__file__).parents[2] / "page"
SOURCES = [*(PAGE / "src").rglob("*.ts*"), *(PAGE / "src").rglob("*.css"), PAGE / "index.html"]


def test_the_lock_file_holds_digests_and_no_address():
    text = (PAGE / "package-lock.json").read_text()
    assert text.count('"resolved"') == 0
    assert "://" not in text  # `npm install` writes who takes donations: leave it out
    assert text.count('"integrity"') > 100


def test_every_library_is_pinned_exactly():
    package = json.loads((PAGE / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [each for each in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", each)] == []


def test_nothing_makes_html_or_code_out_of_text():
    told = re.compile(r"dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
    assert [str(each) for each in SOURCES if told.search(each.read_text())] == []


def test_no_address_of_another_host_stands_in_them():
    spared = re.compile(r"http://127\.0\.0\.1:8000|http://www\.w3\.org/2000/svg")
    found = {each.name: re.findall(r"https?://[\w./:-]+", spared.sub("", each.read_text())) for each in SOURCES}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_a_page_imports_what_all_share_and_itself():
    pages = {"review", "knowledge", "approval", "jobs", "metrics", "import", "settings"}
    wrong = [
        (each.name, other)
        for each in SOURCES
        if each.parent.name in pages
        for other in re.findall(r'from "\.\./(\w+)/', each.read_text())
        if other in pages
    ]
    assert wrong == []


def test_the_page_knows_every_format_and_option():
    text = (PAGE / "src" / "import" / "formats.ts").read_text()
    tables = [
        set(re.findall(r"^  (\w+): \"", each, re.MULTILINE))
        for each in re.split(r"^};|^} as", text, flags=re.MULTILINE)
    ]
    assert tables[0] == {each.name for each in READERS}
    assert tables[1] == set(OPTIONS)


def test_a_class_that_one_page_styles_is_used_by_no_other():
    """The style sheet of a page stays when another one is opened."""
    styles = {
        each.parent.name: re.findall(r"^  \.([\w-]+)", each.read_text(), re.MULTILINE)
        for each in SOURCES
        if each.suffix == ".css"
    }
    styles.pop("ui")
    wrong = [
        (name, each.name)
        for page, names in styles.items()
        for name in names
        for each in SOURCES
        if each.suffix == ".tsx" and each.parent.name not in {page, "app", "ui"}
        if re.search(rf'className="(?:[^"]* )?{name}[ "]', each.read_text())
    ]
    assert wrong == []
