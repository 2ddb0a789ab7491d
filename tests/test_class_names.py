"""Two public classes of one name in the domain rooms stop `make check`."""

import runpy
from pathlib import Path

TOOL = Path(__file__).parents[1] / "tools" / "class_names.py"


def test_two_public_classes_of_one_name_are_found_wherever_they_stand(tmp_path):
    written = {"audit/actions.py": "class Entry: ...", "jobs/deep/run.py": "class Entry: ...\nclass Other: ..."}
    private = {"queue/run.py": "class _Other: ...", "web/views.py": "class Other: ..."}
    for name, code in (written | private).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    found = runpy.run_path(str(TOOL))["twins"](tmp_path)
    assert found == {"Entry": ["audit/actions.py", "jobs/deep/run.py"]}


def test_no_name_is_new_among_those_that_two_classes_have():
    assert runpy.run_path(str(TOOL))["main"]() == 0
