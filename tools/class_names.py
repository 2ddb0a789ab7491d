"""Refuses two public classes of one name in the domain rooms: `python tools/class_names.py`.

A name that stands for two things is looked for twice, and found wrongly once.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1] / "src" / "assay"
DOMAIN: Final = (
    *("accounts", "ai", "alerts", "audit", "db", "duplicates", "evaluation", "export", "extraction", "fsck", "hooks"),
    *("imports", "jobs", "knowledge", "messaging", "policies", "proposals", "queue", "readers", "review", "sources"),
    "text",
)


def public_classes(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def twins(root: Path = ROOT) -> Mapping[str, list[str]]:
    """The names that more than one class of the domain rooms has, and the files of these."""
    files = [*root.glob("*.py"), *(file for room in DOMAIN for file in sorted((root / room).rglob("*.py")))]
    found = defaultdict(list)
    for file in files:
        for name in public_classes(file):
            found[name].append(str(file.relative_to(root)))
    return {name: files for name, files in sorted(found.items()) if len(files) > 1}


def main() -> int:
    found = twins()
    for name, files in found.items():
        print(f"Two classes are called {name}: {', '.join(files)}. Give each the name of what it alone is.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
