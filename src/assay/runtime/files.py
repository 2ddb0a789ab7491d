"""Folders that others may only pass through, and small files that nobody but their owner may read."""

import os
import secrets
from pathlib import Path

from assay.runtime.account import Account

_LONGEST_END = 2000


def make_folder(path: Path) -> None:
    """Others may pass, to programs copied there, but not look around; whatever the umask. One that exists is kept."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711)


def write_private(path: Path, text: str, account: Account | None = None) -> None:
    """Put `text` in place at once: a reader sees the old content or the new one, never half of it."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        if account:
            os.fchown(file.fileno(), account.uid, account.gid)
        file.write(text)
    fresh.replace(path)


def secret(path: Path) -> str:
    """The password kept in `path`; made up at the first call."""
    if not path.exists():
        write_private(path, secrets.token_hex(24))
    return path.read_text()


def last_lines(path: Path, count: int = 3) -> str:
    """The end of a log as one line for an error's sentence; empty when there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_END))
        lines = file.read().decode(errors="replace").splitlines()
    return " ".join(lines[-count:])
