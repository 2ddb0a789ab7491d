"""Refuses modules that are called by a participle: `python tools/module_names.py`.

A module is a thing or what is done (`reservations`, `erase`); a participle (`seen`, `running`) leaves open of what.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1] / "src" / "assay"
PARTICIPLE: Final = re.compile(
    r"(?:^|_)(?:\w+(?:ed|ing)|seen|told|taken|held|known|said|kept|made|done|lost|found|shown|written|given|sent)$"
)
NOUNS: Final = frozenset(
    {
        *("alerting", "clustering", "finding", "grounding", "matching", "meeting", "merging", "monitoring", "naming"),
        *("paging", "ping", "ranking", "reading", "reembed", "standing", "tracing", "wording"),
    }
)
"""What only ends like one: names of the field, and a verb."""
EXCEPT: Final = {
    "ai/grounding/answering.py": "a step of hearing what others say, called as the other steps are",
    "ai/grounding/confirming.py": "a step of hearing what others say, called as the other steps are",
    "ai/grounding/hearing.py": "what is heard of a talk",
    "ai/rules/settled.py": "what a talk has settled, beside what it decides",
}


def participles(root: Path = ROOT) -> Iterator[str]:
    for file in sorted(root.rglob("*.py")):
        path = file.relative_to(root).as_posix()
        migrated = path.startswith("db/migrations/")
        if not migrated and path not in EXCEPT and file.stem not in NOUNS and PARTICIPLE.search(file.stem):
            yield path


def main() -> int:
    found = list(participles())
    for path in found:
        print(f"{path} is called by a participle: call it by the thing that it holds, or by what is done in it.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
