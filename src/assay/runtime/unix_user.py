"""The user PostgreSQL runs as: it refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from assay.errors import BrokenServer


@dataclass(frozen=True)
class UnixUser:
    uid: int
    gid: int


def _require_entry(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise BrokenServer(
            f"PostgreSQL does not run under user id {uid}, which is not in /etc/passwd: add it or set DATABASE_URL."
        ) from None


def server_user(cluster: Path) -> UnixUser | None:
    """Nobody else unless we are root; then whoever owns the cluster already, else `postgres` or `nobody`."""
    if os.geteuid() != 0:
        _require_entry(os.geteuid())
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return UnixUser(owner.st_uid, owner.st_gid)
    known = {entry.pw_name: UnixUser(entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return known[name]
    raise BrokenServer(
        "PostgreSQL does not run as root and there is no account postgres or nobody: create one or set DATABASE_URL."
    )
