"""A backup has its name when it is whole, and whatever happened to it since is found."""

import resource
from datetime import UTC, datetime

import pytest

from assay.backup import file
from assay.backup.head import Head
from assay.errors import Conflict, InvalidInput

HEAD = Head(datetime(2026, 12, 1, tzinfo=UTC), "0.1.0", "0035", "18.6", False, {"messages": 3}, None)


def write(path, body=b"all of it" * 1000, head=HEAD):
    with file.written(path) as sink:
        sink.write(head.line())
        sink.write(body)
    return path


def test_what_was_written_is_read_again(tmp_path):
    with file.whole(write(tmp_path / "a")) as backup:
        assert (backup.head, backup.body.read()) == (HEAD, b"all of it" * 1000)


def test_only_its_owner_may_read_it_and_nothing_else_is_left(tmp_path):
    assert write(tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_what_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "a").write_text("mine")
    with pytest.raises(InvalidInput, match="is there already"):
        write(tmp_path / "a")
    assert (tmp_path / "a").read_text() == "mine"


def test_what_came_there_meanwhile_is_not_overwritten_either(tmp_path):
    with pytest.raises(InvalidInput, match="is there already"), file.written(tmp_path / "a"):
        (tmp_path / "a").write_text("mine")
    assert (tmp_path / "a").read_text() == "mine"


def test_two_do_not_write_the_same_file(tmp_path):
    with file.written(tmp_path / "a"), pytest.raises(Conflict, match="Another process"):
        write(tmp_path / "a")


@pytest.mark.parametrize("length", [0, 1, 50, 500, 9_000, -1])
def test_a_file_that_was_cut_off_is_not_whole(tmp_path, length):
    content = write(tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(content[:length])
    with pytest.raises(InvalidInput, match=r"is not whole|is no backup"), file.whole(tmp_path / "a"):
        pass


@pytest.mark.parametrize("place", [30, 400, 5_000, -70])
def test_a_file_that_was_changed_is_damaged(tmp_path, place):
    content = bytearray(write(tmp_path / "a").read_bytes())
    content[place] ^= 1
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"damaged|not whole"), file.whole(tmp_path / "a"):
        pass


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]\n", b'{"format": "assay"}\n', b"\xff\n", b"[" * 60_000, b'{"format": "x"}\n']
)
def test_what_is_no_backup_is_told_apart(tmp_path, line):
    (tmp_path / "a").write_bytes(line)
    assert not file.is_backup(tmp_path / "a")


@pytest.mark.parametrize("rest", ['"version": "1"', '"version": 1, "revision": null', '"counts": []'])
def test_a_damaged_head_is_refused(tmp_path, rest):
    (tmp_path / "a").write_text(f'{{"format": "assay-backup", {rest}}}\n')
    with pytest.raises(InvalidInput, match="first line of this backup is damaged"):
        file.is_backup(tmp_path / "a")


def test_a_later_form_is_named_as_such(tmp_path):
    (tmp_path / "a").write_text('{"format": "assay-backup", "version": 2}\n')
    with pytest.raises(InvalidInput, match="newer Assay"):
        file.is_backup(tmp_path / "a")


def test_where_there_is_no_room_nothing_is_left(tmp_path):
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, most))
    try:
        with pytest.raises(InvalidInput, match="cannot be written"):
            write(tmp_path / "a", b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_is_being_written_is_not(tmp_path):
    (tmp_path / "old.backup.part").write_text("half")
    with file.written(tmp_path / "new.backup"):
        file.remove_parts(tmp_path)
        assert [each.name for each in tmp_path.iterdir()] == ["new.backup.part"]
