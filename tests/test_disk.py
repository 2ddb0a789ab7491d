"""A disk is asked how much room it has."""

from pathlib import Path

from assay import disk


def test_a_disk_with_room_is_not_full_and_neither_is_one_that_nobody_may_see(tmp_path):
    assert disk.full(tmp_path) is None
    assert disk.full(tmp_path / "not" / "there" / "yet") is None
    assert disk.full(None) is None


def test_a_full_disk_is_named_with_its_folder_and_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: disk.MB)
    assert disk.full(tmp_path) == (
        f"The disk of {tmp_path} is full (1.0 MB left): make room on it, and the work goes on by itself."
    )


def test_a_folder_that_is_to_be_made_lies_on_the_disk_of_its_parent():
    assert disk.free_bytes(Path("/dev/shm/not/there")) == disk.free_bytes(Path("/dev/shm"))
