"""The index of the decision records, made from their titles and status lines.

`make pages` writes it anew; a test holds the page against it.
"""

import re
from pathlib import Path
from typing import Final

from tests.docs.pages import DOCS

FOLDER: Final = DOCS / "decisions"
PAGE: Final = FOLDER / "README.md"
RECORDS: Final = sorted(FOLDER.glob("[0-9]*.md"))
TITLE: Final = re.compile(r"# (\d{4}): (.+)")
STATUS: Final = re.compile(r"Status: (accepted|(?:superseded|amended) by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))\.")
HEAD: Final = """# Decisions

Why things are as they are. What is amended holds but for what the later record says; what is superseded does not.

| Number | Decision | Status |
|---|---|---|
"""


def generated() -> str:
    return HEAD + "".join(f"{_row(record)}\n" for record in RECORDS)


def title_and_status(record: Path) -> tuple[str, str, str]:
    """The number, the title and the status. Raises ValueError, naming the record, where a line is not as agreed."""
    first, _, third, *_ = record.read_text().splitlines()
    title, status = TITLE.fullmatch(first), STATUS.fullmatch(third)
    if title is None or status is None:
        raise ValueError(
            f"{record.name} begins with '# 0000: Title', an empty line, and 'Status: accepted.', "
            "'Status: superseded by [0000](0000-name.md).' or 'Status: amended by [0000](0000-name.md).'"
        )
    return title[1], title[2], status[1]


def _row(record: Path) -> str:
    number, title, status = title_and_status(record)
    return f"| [{number}]({record.name}) | {title} | {status} |"
