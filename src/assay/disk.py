"""Whether a disk is full, asked of the disk itself: a server without room may say anything, or nothing."""

import errno
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

MB: Final = 2**20
FULL_BYTES: Final = 32 * MB
"""Room for two segments of PostgreSQL's log. With less it stops at the next change."""
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
REMEDY: Final = "make room on it, and the work goes on by itself."
FULL: Final = f"The disk of the database is full: {REMEDY}"


def free_bytes(folder: Path) -> int | None:
    """The room on the disk of a folder, or of where it would be made; None where nobody may see it."""
    with suppress(OSError):
        place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        return shutil.disk_usage(place).free
    return None


def full(folder: Path | None) -> str | None:
    """What to say where the disk of a folder is full; None where it is not, or where there is no folder."""
    free = free_bytes(folder) if folder else None
    if free is None or free >= FULL_BYTES:
        return None
    return f"The disk of {folder} is full ({free / MB:.1f} MB left): {REMEDY}"
