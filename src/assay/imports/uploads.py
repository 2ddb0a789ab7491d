"""Where uploaded files lie until their import has ended: one file each, named by the import's id."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from assay import disk
from assay.errors import Unavailable

RESERVE_BYTES: Final = 512 * disk.MB
"""Space that an upload leaves free on the disk, which the database may share."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """The folder of one machine. It is made when the first file comes."""

    folder: Path

    def path(self, import_id: UUID, file_name: str) -> Path:
        """The file of an import. Its name is kept, for some formats are recognised by nothing else."""
        return self.folder / str(import_id) / file_name

    def refuse_too_large(self, size: int) -> None:
        """Raises Unavailable where the disk has no room for so many bytes."""
        free = disk.free_bytes(self.folder)
        if free is not None and free < size + RESERVE_BYTES:
            raise Unavailable(
                f"The disk of the uploads has no room for {size:,} bytes: {free:,} are free, and "
                f"{RESERVE_BYTES:,} stay free."
            )

    def append(self, path: Path, offset: int, content: bytes) -> None:
        """Writes bytes to their place and onto the disk. Anything after them is cut off.

        Raises Unavailable where the disk has no room: what others announced came in meanwhile.
        """
        self.refuse_too_large(len(content))
        _make_closed(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            file.truncate(offset)
            file.seek(offset)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def has(self, path: Path, size: int) -> bool:
        """Whether the file is on this machine, whole."""
        try:
            return path.stat().st_size == size
        except OSError:
            return False

    def drop(self, import_id: UUID) -> None:
        """Deletes the file of an import, if it is here."""
        folder = self.folder / str(import_id)
        with suppress(OSError):
            for each in folder.iterdir():
                each.unlink()
            folder.rmdir()

    def ids(self) -> list[UUID]:
        """The imports whose files are here."""
        found = []
        with suppress(OSError):
            for each in self.folder.iterdir():
                with suppress(ValueError):
                    found.append(UUID(each.name))
        return found


def _make_closed(folder: Path) -> None:
    """Makes the folder, and what is missing above it, each closed to others: the data folder may be among them."""
    if not folder.is_dir():
        _make_closed(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
