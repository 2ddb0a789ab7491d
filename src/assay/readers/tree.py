"""A file, a folder or an archive as one: its members in order, read in place, within limits.

No link is followed. What was made to do harm is refused in one sentence.
"""

import io
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from assay.errors import InvalidInput
from assay.lines import open_file, unpacked
from assay.readers.archives import MAX_MEMBERS, members_of

IGNORED_FOLDERS: Final = frozenset({"__MACOSX", "__uploads", "attachments"})
MEDIA: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|heic|bmp|svg|ico|mp4|mov|webm|3gp|mkv|mp3|m4a|aac|opus|ogg|oga|wav|amr|tgs|webm|pdf"
    r"|vcf|docx?|xlsx?|pptx?|od[tps]|css|js|woff2?|ttf|exe|apk)$",
    re.IGNORECASE,
)
ARCHIVE: Final = re.compile(r"\.(?:zip|tar|tgz|tar\.\w+|7z|rar|bz2|xz|zst)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file. `path`: within what was opened, with slashes."""

    path: str
    shown: str
    """What sentences call it."""
    _open: Callable[[], BinaryIO] = field(repr=False)
    _unpack: Callable[[int], None] | None = field(default=None, repr=False)
    """Of a file in an archive: told how much has come out of it."""

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def folder(self) -> str:
        """The folder it is in; of a file alone, that folder's name."""
        parent = PurePosixPath(self.path).parent
        return "" if str(parent) == "." else str(parent)

    def open(self) -> io.BufferedReader:
        """Its bytes, unpacked where it is a gzip file of its own. Raises InvalidInput, also while it is read."""
        return unpacked(self._open(), self.shown, self._unpack)


@dataclass(frozen=True, slots=True)
class Tree:
    """What a person named, with its members in the order of their paths."""

    path: Path
    members: tuple[ExportFile, ...]
    is_single: bool
    """A file alone, which is no archive."""
    archives: int = 0
    """Archives among the members, which are not opened."""

    @property
    def name(self) -> str:
        return str(self.path)

    def named(self, *names: str) -> Iterator[ExportFile]:
        """The members of these names, in whatever folder."""
        return (each for each in self.members if each.name in names)


@contextmanager
def opened(path: Path) -> Iterator[Tree]:
    """Raises InvalidInput where there is nothing, or what may not be read."""
    with ExitStack() as stack:
        yield _tree(path, stack)


def _tree(path: Path, stack: ExitStack) -> Tree:
    if path.is_dir():
        return _of(path, _in_folder(path))
    if (packed := members_of(path, stack)) is not None:
        return _of(path, (ExportFile(*each) for each in packed))
    member = ExportFile(path.name, str(path), partial(open_file, path))
    return Tree(path, (member,), is_single=True)


def _of(path: Path, members: Iterable[ExportFile]) -> Tree:
    found = sorted(members, key=lambda each: each.path)
    archives = sum(bool(ARCHIVE.search(each.name)) for each in found)
    kept = tuple(each for each in found if _is_wanted(each.path))
    if not kept:
        why = "only other archives: unpack it and name one of them" if archives else "no file that could be a chat"
        raise InvalidInput(f"{path} holds {why}.")
    return Tree(path, kept, is_single=False, archives=archives)


def _is_wanted(path: str) -> bool:
    parts = PurePosixPath(path).parts
    hidden = any(part in IGNORED_FOLDERS or part.startswith(".") for part in parts)
    return not hidden and not MEDIA.search(path) and not ARCHIVE.search(path)


def _in_folder(path: Path) -> Iterator[ExportFile]:
    number = 0
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(each for each in folders if _is_wanted(f"{each}/x"))
        for name in sorted(names):
            number += 1
            if number > MAX_MEMBERS:
                raise InvalidInput(f"{path} holds more than {MAX_MEMBERS:,} files: name a folder with fewer.")
            file = Path(folder, name)
            about = file.lstat()
            if stat.S_ISREG(about.st_mode) and about.st_size:
                shown = file.relative_to(path).as_posix()
                yield ExportFile(shown, str(file), partial(open_file, file))
