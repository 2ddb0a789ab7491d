"""Reading our own Markdown: headings, the tables under them, links and shown commands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
COMMAND: Final = re.compile(r"(?:^|[\s`/(])assay((?: [^\s`|&;<>)#]+)+)")

Row = tuple[str, ...]


def read(name: str) -> str:
    return (DOCS / name).read_text()


def headings(page: str) -> list[str]:
    """The headings below the title, without the marks of code."""
    found = re.findall(r"^##+ (.+)$", without_code(read(page)), re.MULTILINE)
    return [plain(each) for each in found]


def anchors(path: Path) -> set[str]:
    """What a link can point to in a page."""
    found = re.findall(r"^#+ (.+)$", without_code(path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", plain(each).lower()).replace(" ", "-") for each in found}


def rows(page: str, heading: str, columns: int) -> list[Row]:
    """The first cells of each row of the table under a heading. Raises KeyError where there is none."""
    lines = _section(page, heading)
    table = [line for line in lines if line.startswith("|")]
    return [tuple(plain(cell) for cell in cells(line)[:columns]) for line in table[2:]]


def links(page: Path) -> list[str]:
    """Where the links and images of a page lead."""
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text()))


def commands(page: Path) -> list[str]:
    """What stands behind the word `assay` in the code of a page."""
    text = page.read_text()
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", without_code(text))
    shown = [line.split(" # ")[0] for block in blocks for line in block.splitlines() if _is_typed(line)]
    return [found.strip() for line in (*shown, *spans) for found in COMMAND.findall(line)]


def _is_typed(line: str) -> bool:
    """A line that a person types, and not what a program answers."""
    return line.startswith("$ ") or re.match(r"(?:\S+/)?assay |[A-Z_]+=\S+ ", line) is not None


def _section(page: str, heading: str) -> Iterator[str]:
    lines = iter(read(page).splitlines())
    for line in lines:
        if line.startswith("##") and plain(line.lstrip("# ")) == heading:
            break
    else:
        raise KeyError(f"docs/{page} has no heading {heading!r}")
    for line in lines:
        if line.startswith("#"):
            return
        yield line


def cells(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line.strip().strip("|"))


def plain(cell: str) -> str:
    return cell.replace("`", "").replace("\\|", "|").strip()


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
