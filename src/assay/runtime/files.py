"""Small files that nobody but their owner may read."""

import os
import secrets
from pathlib import Path

from assay.runtime.account import Account


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


def tail(path: Path, size: int = 600) -> str:
    """The last words of a log, on one line; empty when there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return " ".join(file.read().decode(errors="replace").split())
