"""What is taken out at the command line, and who else may read it."""

import json
import stat

import pytest

SAID = {"id": "1", "channel": "ops", "author": "ana", "ts": "2026-03-02T09:14:00Z"}


@pytest.mark.parametrize("form", ["jsonl", "markdown", "csv", "jsonld"])
def test_nobody_else_reads_what_is_exported(empty, tmp_path, form):
    (tmp_path / "chat.jsonl").write_text(json.dumps({**SAID, "text": "Decision: backups are kept for 35 days."}))
    empty("ingest", str(tmp_path / "chat.jsonl"))
    empty("jobs", "run", "extract_knowledge_from_messages")
    for each in empty("proposals", "list", "--json").items:
        empty("proposals", "approve", each["id"])
    path = tmp_path / "out"
    assert empty("export", str(path), "--format", form, "--json").document["files"] >= 1
    modes = {each: stat.S_IMODE(each.stat().st_mode) for each in (path, *path.glob("*"))}
    assert modes == {each: 0o700 if each.is_dir() else 0o600 for each in modes}


def test_a_folder_that_cannot_be_made_is_one_sentence(alone, tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be written" in alone("export", str(tmp_path / "file" / "out"), "--format", "csv").refused(2)
