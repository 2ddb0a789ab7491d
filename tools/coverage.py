"""Says how much of each room of the domain the tests walked through. Needs nothing but a bare Python.

Usage: coverage.py REPORT [LEAST]

REPORT: what slipcover or coverage wrote as JSON. LEAST: percent that each room must have; what lacks is listed then.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, TypeAlias

Files: TypeAlias = "dict[str, dict[str, Any]]"
ROOMS = "src/assay/"


def main(report: Path, least: float = 0) -> None:
    files: Files = json.loads(report.read_text())["files"]
    rooms: dict[str, Files] = defaultdict(dict)
    for name, file in files.items():
        room, _, rest = name.partition(ROOMS)[2].partition("/")
        rooms[room][rest] = file
    for room, inside in sorted(rooms.items()):
        print(f"{room:12} {percent(inside):6.1f} %")
    print(f"{'together':12} {percent(files):6.1f} %")
    poor = [room for room, inside in sorted(rooms.items()) if percent(inside) < least]
    for room in poor:
        lacking(room, rooms[room])
    if poor:
        sys.exit(f"The tests walk through less than {least:g} % of: {', '.join(poor)}.")


def percent(files: Files) -> float:
    """Of lines, and of branches where they were counted."""
    walked, missed = (
        sum(len(file.get(f"{how}_{what}", ())) for file in files.values() for what in ("lines", "branches"))
        for how in ("executed", "missing")
    )
    return 100 * walked / (walked + missed) if walked + missed else 100.0


def lacking(room: str, files: Files) -> None:
    for name, file in sorted(files.items()):
        ways = [f"{begin}->{end}" for begin, end in file.get("missing_branches", ())]
        if file["missing_lines"] or ways:
            print(f"  {room}/{name}: {', '.join([*map(str, file['missing_lines']), *ways])}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:]))
