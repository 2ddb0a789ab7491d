"""A module that is called by a participle stops `make check`."""

import runpy
from pathlib import Path

TOOL = Path(__file__).parents[1] / "tools" / "module_names.py"


def test_participles_are_found_and_nouns_that_end_alike_are_not(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    for name in ("running", "merged", "seen", "seen_versions", "paging", "string_fields", "erase"):
        (room / f"{name}.py").touch()
    found = runpy.run_path(str(TOOL))["participles"](tmp_path)
    assert set(found) == {"room/running.py", "room/merged.py", "room/seen.py"}


def test_our_own_modules_are_things_or_deeds():
    assert runpy.run_path(str(TOOL))["main"]() == 0
