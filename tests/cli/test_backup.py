"""What an operator types at 3 a.m., and what is answered."""

import json

import pytest


@pytest.fixture
def made(assay, tmp_path):
    """A backup of the demo."""
    assert "Written" in assay("backup", str(tmp_path / "a.backup")).out
    return tmp_path / "a.backup"


def test_a_backup_of_the_demo_is_whole_stands_in_the_trail_and_comes_back(assay, empty, made):
    assert "Whole" in assay("backup", "check", str(made)).out
    [known] = assay("audit", "list", "--action", "backup.made", "--json").items
    assert known["detail"]["file"] == "a.backup"
    assert "proposals" in empty("restore", str(made)).out
    assert empty("fsck").code == 0


def test_it_takes_one_place(assay, tmp_path):
    for words in ((), (str(tmp_path / "a"), "--into", str(tmp_path))):
        assert "Name one file, or a folder" in assay("backup", *words).refused(2)


def test_a_folder_keeps_the_newest(assay, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("assay-20200101T030000Z.backup", "assay-20200102T030000Z.backup", "mine.backup"):
        (folder / name).touch()
    document = assay("backup", "--into", str(folder), "--keep", "2", "--keep-weekly", "0", "--json").document
    assert document["deleted"] == ["assay-20200101T030000Z.backup"]
    assert {each.name for each in folder.iterdir()} >= {"mine.backup", "assay-20200102T030000Z.backup"}


def test_a_place_that_cannot_be_written_is_named(assay, tmp_path):
    assert "There is no folder" in assay("backup", str(tmp_path / "none" / "a")).refused(2)
    (tmp_path / "file").touch()
    assert "cannot be used" in assay("backup", "--into", str(tmp_path / "file")).refused(2)


def test_to_replace_it_asks_and_without_a_terminal_wants_a_yes(assay, made):
    assert "say --yes" in assay("restore", str(made), "--replace").refused(2)


def test_options_of_a_backup_do_not_fit_an_export(empty, tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"format": "assay"}) + "\n")
    assert "is no backup of Assay" in empty("restore", str(tmp_path / "a.jsonl"), "--replace", "--yes").refused(2)


def test_a_backup_that_does_not_come_is_a_problem(assay, made, empty):
    assert "No backup was ever made" in empty("doctor", ASSAY_BACKUP_HOURS="26").out
    assert "Nothing is wrong" in assay("doctor", ASSAY_BACKUP_HOURS="26").out
