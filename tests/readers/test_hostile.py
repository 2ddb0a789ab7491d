"""Exports that were made to do harm, or came to it: one sentence, and memory stays flat."""

import gzip
import io
import json
import random
import stat
import tarfile
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.cpu_cost import costs_little
from tests.readers.files import EXPORTS, bad_of, json_line, messages_of, previewed, read_all

from assay.errors import InvalidInput
from assay.readers import archives, tree
from assay.readers.records import BadRecord, IncomingMessage

MIB = 2**20
DOCUMENTS: dict[str, Any] = json.loads(Path(__file__).with_name("documents.json").read_text())
"""With the fields that the small exports have not."""


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def refused(path: Path) -> str:
    with costs_little(), pytest.raises(InvalidInput) as refusal:
        read_all(path)
    return str(refusal.value)


def test_a_zip_bomb(tmp_path):
    assert "more than 200 times its size" in refused(zipped(tmp_path / "x.zip", {"a.jsonl": bytes(200 * MIB)}))


def test_a_bomb_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path / "x.zip", {"a.jsonl": bytes(90 * MIB)})
    raw = path.read_bytes().replace((90 * MIB).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    path.write_bytes(raw)
    with suppress(InvalidInput):
        assert not [each for each in read_all(path) if isinstance(each, IncomingMessage)]


def test_a_table_of_contents_that_is_larger_than_the_end_of_the_archive_says(tmp_path):
    whole = zipped(tmp_path / "x.zip", {"a.jsonl": b"hello"}).read_bytes()
    at, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    contents = whole[at:end] * (40 * MIB // (end - at))
    hidden = b"PK\x05\x06" + len(contents).to_bytes(4, "little") + at.to_bytes(4, "little")
    (tmp_path / "x.zip").write_bytes(whole[:at] + contents + b"PK\x05\x06" + bytes(4) + hidden + bytes(2))
    assert "more than 100,000 files" in refused(tmp_path / "x.zip")


def test_members_that_are_packed_once_more_count_by_what_comes_out_of_them(tmp_path):
    packed = gzip.compress((json_line(text="x" * 3 * MIB).encode() + b"\n") * 5)
    path = zipped(tmp_path / "x.zip", {f"{number}.jsonl.gz": packed for number in range(30)})
    with costs_little():
        found = bad_of(path)
    assert "more than 200 times its size" in found[-1].why


def test_a_note_without_an_end_stays_small_in_memory(tmp_path):
    (tmp_path / "a.md").write_bytes(b"# All\n" + b"words and more words\n" * 400_000)
    tracemalloc.start()
    assert "200,000 are allowed" in bad_of(tmp_path / "a.md", author="ana", moment="2026-01-01")[0].why
    assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        (
            "x.mbox",
            "From a@b Thu Jan  1 00:00:00 2026\nFrom: a@b.c\nDate: Fri, 31 Dec 9999 23:59:59 -1200\n\nHi.\n",
            {},
        ),
        ("x.vtt", "WEBVTT\n\n999:00:00.000 --> 999:00:01.000\nBob: Hello.\n", {"moment": "9999-12-31T23:00"}),
        ("x.md", "# 9999-12-31\nHello.\n", {"author": "ana", "zone": "America/New_York"}),
    ],
)
def test_moments_at_the_end_of_the_calendar_stop_nothing_else(tmp_path, name, content, options):
    (tmp_path / name).write_text(content)
    with suppress(InvalidInput):
        assert not messages_of(tmp_path / name, **options)


def test_names_that_no_database_takes_are_shown_in_a_preview_as_well_as_they_can_be(tmp_path):
    content = json_line().encode() + b"\nno record\n"
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.USTAR_FORMAT, encoding="latin-1") as archive:
        info = tarfile.TarInfo("caf\xe9.jsonl")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    assert previewed(tmp_path / "x.tar")["bad"][0]["where"] == "caf?.jsonl, line 2"
    item = {"user": "U\0\ud800" * 300, "type": "message", "ts": "1772000000.000100", "text": "Hello."}
    (tmp_path / "x.json").write_text(json.dumps([item]))
    assert previewed(tmp_path / "x.json")["unknown_ids"] == ["U?" * 66 + "U"]


@pytest.mark.parametrize("name", ["../evil.jsonl", "/etc/evil.jsonl", "a\\..\\..\\evil.jsonl", "C:/evil.jsonl"])
def test_a_path_that_points_outside(tmp_path, name):
    assert "points outside of the archive" in refused(zipped(tmp_path / "x.zip", {name: json_line().encode()}))


def test_too_many_members(tmp_path, monkeypatch):
    for each in (tree, archives):
        monkeypatch.setattr(each, "MAX_MEMBERS", 50)
    members = {f"{number}.jsonl": b"" for number in range(60)}
    assert "more than 50 files" in refused(zipped(tmp_path / "x.zip", members))
    infos = [(tarfile.TarInfo(name), b"") for name in members]
    assert "more than 50 files" in refused(tarred(tmp_path / "x.tar.gz", *infos))
    for name in members:
        (tmp_path / name).write_bytes(b"")
    assert "more than 50 files" in refused(tmp_path)


@pytest.mark.load
def test_a_hundred_thousand_members(tmp_path):
    path = zipped(tmp_path / "x.zip", {f"{number}.jsonl": b"" for number in range(100_001)})
    assert "more than 100,000 files" in refused(path)


def test_links(tmp_path):
    link = zipfile.ZipInfo("a.jsonl")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in refused(tmp_path / "x.zip")
    info = tarfile.TarInfo("a.jsonl")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    assert "is a link or a device" in refused(tarred(tmp_path / "x.tar.gz", (info, b"")))


def test_links_in_a_folder_are_not_followed(tmp_path):
    secret = tmp_path / "secret.jsonl"
    secret.write_text(json_line(id="secret"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.jsonl").write_text(json_line())
    (folder / "b.jsonl").symlink_to(secret)
    assert [each.external_id for each in messages_of(folder)] == ["m1"]


def test_archives_in_an_archive_are_not_opened(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"a.jsonl": json_line().encode()}).read_bytes()
    assert "only other archives" in refused(zipped(tmp_path / "x.zip", {"inner.zip": inner}))


def test_an_encrypted_archive(tmp_path):
    path = zipped(tmp_path / "x.zip", {"a.jsonl": json_line().encode()})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert "is encrypted: unpack it with its password" in refused(path)


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
def test_a_truncated_archive(tmp_path, name):
    noise = bytes(random.Random(1).randbytes(20_000))
    if name == "x.zip":
        path = zipped(tmp_path / name, {"a.jsonl": noise})
    else:
        path = tarred(tmp_path / name, (tarfile.TarInfo("a.jsonl"), noise), (tarfile.TarInfo("b.jsonl"), noise))
    path.write_bytes(path.read_bytes()[:9_000])
    assert "damaged" in refused(path)


def test_a_member_with_a_wrong_sum_says_so_and_stops_no_other(tmp_path):
    lines = "".join(json_line(id=f"m{number}") + "\n" for number in range(9_000)).encode()
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.jsonl", lines)
    raw = (tmp_path / "x.zip").read_bytes().replace(b'"m8999"', b'"m7777"', 1)
    (tmp_path / "x.zip").write_bytes(raw)
    [bad] = bad_of(tmp_path / "x.zip")
    assert "is damaged" in bad.why


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x05\x06" + bytes(18), gzip.compress(b"", mtime=0)])
def test_nothing_at_all(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    assert str(path) in refused(path)


def test_an_empty_folder(tmp_path):
    assert "no file that could be a chat" in refused(tmp_path)


@pytest.mark.parametrize(
    "inner",
    [b"[" * 200_000, b'{"a":' * 200_000, b'[{"ts": ' + b"9" * 20_000 + b"}]", b'[{"ts": -' + b"1" * 99_000],
    ids=["lists", "objects", "a long number", "a long negative number"],
)
def test_json_that_crashes_parsers(tmp_path, inner):
    """The C code of ijson 3.6 dies of each of these; the guard in front of it must not let them through."""
    path = tmp_path / "x.json"
    path.write_bytes(b'[{"author": "ana", "text": "Hi.", "ts": "2026-03-02T09:14:05Z"},\n' + inner)
    with costs_little():
        found = read_all(path)
    assert isinstance(found[-1], BadRecord)


def test_a_truncated_document_gives_what_came_before_and_names_the_place(tmp_path):
    whole = (EXPORTS / "discord_reply.json").read_bytes()
    path = tmp_path / "cut.json"
    path.write_bytes(whole[: whole.index(b'"1004"')])
    assert [each.external_id for each in messages_of(path)] == ["1002", "1003"]
    [bad] = bad_of(path)
    assert bad.where == "item 4"
    assert "breaks off here, behind 3 whole records" in bad.why


@pytest.mark.load
@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.txt"])
def test_a_line_of_200_megabytes(tmp_path, name):
    lead = {"x.jsonl": json_line() + "\n", "x.json": f"[{json_line()},", "x.txt": "2026-03-02 09:14 ana: Hi.\n"}[name]
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(lead.encode())
        for _ in range(200):
            file.write(b'"' * (name == "x.json") + b"x" * MIB)
    tracemalloc.start()
    found = read_all(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found[0], IncomingMessage)
    assert peak < 150 * MIB


@pytest.mark.parametrize("name", [each.name for each in sorted(EXPORTS.iterdir()) if each.is_file()])
def test_what_is_damaged_anywhere_raises_nothing_but_a_refusal(tmp_path, name):
    whole = (EXPORTS / name).read_bytes()
    chance = random.Random(name)
    path = tmp_path / name
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        path.write_bytes(raw)
        with suppress(InvalidInput):
            read_all(path, moment="2026-03-20", author="nils")


VALUES: list[Any] = [None, 7, -1, 1e300, True, "", "x", [], {}, [None], [7], {"a": None}, [{}], {"id": []}]


def _shuffled(value: object, chance: random.Random) -> object:
    """The same document with values of other types here and there."""
    if chance.random() < 0.06:
        return chance.choice(VALUES)
    if isinstance(value, dict):
        return {key: _shuffled(each, chance) for key, each in value.items()}
    if isinstance(value, list):
        return [_shuffled(each, chance) for each in value]
    return value


@pytest.mark.parametrize(
    "name", ["discord_reply.json", "telegram_result.json", "element_export.json", "json_list.json"]
)
def test_values_of_other_types_raise_nothing(tmp_path, name):
    document = json.loads((EXPORTS / name).read_text())
    path = tmp_path / name
    for seed in range(150):
        path.write_text(json.dumps(_shuffled(document, random.Random(seed))))
        with suppress(InvalidInput):
            read_all(path)


def test_values_of_other_types_in_a_slack_export_raise_nothing(tmp_path):
    names = ("users.json", "channels.json", "ops-room/2026-03-02.json")
    (tmp_path / "ops-room").mkdir()
    for seed in range(150):
        for name in names:
            document = json.loads((EXPORTS / "slack_export" / name).read_text())
            (tmp_path / name).write_text(json.dumps(_shuffled(document, random.Random(f"{seed} {name}"))))
        with suppress(InvalidInput):
            read_all(tmp_path)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_values_of_other_types_in_rarer_fields_raise_nothing(tmp_path, name):
    for seed in range(100):
        raw = json.dumps(_shuffled(DOCUMENTS[name], random.Random(seed)))
        (tmp_path / "realm.json").write_text(raw)
        (tmp_path / "messages-000001.json").write_text(raw)
        path = tmp_path if name == "zulip" else tmp_path / "realm.json"
        with suppress(InvalidInput):
            read_all(path, format=name)


def test_values_of_other_types_in_lines_of_mattermost_raise_nothing(tmp_path):
    lines = [json.loads(line) for line in (EXPORTS / "mattermost_import.jsonl").read_text().splitlines()]
    path = tmp_path / "x.jsonl"
    for seed in range(100):
        chance = random.Random(seed)
        path.write_text("\n".join(json.dumps(_shuffled(each, chance)) for each in lines))
        with suppress(InvalidInput):
            read_all(path)
