"""What the owner of the servers tells other processes: one private JSON file, trusted only while the owner lives."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from assay.errors import Unavailable
from assay.runtime import ownership
from assay.runtime.files import write_private
from assay.runtime.process import serves, start_time


@dataclass(frozen=True)
class Services:
    """Where the servers are. Both URLs hold a secret."""

    database_url: str = field(repr=False)
    nats_url: str = field(repr=False)
    owned: bool
    """This process supervises the servers it did not get from the settings."""


@dataclass(frozen=True)
class RunningState:
    """The servers that run now. A URL is absent when the owner uses a server of somebody else."""

    owner_pid: int
    owner_start_time: int
    started_at: datetime
    database_url: str | None = field(repr=False)
    nats_url: str | None = field(repr=False)
    versions: dict[str, str]
    web_url: str | None = None


def state_file(home: Path) -> Path:
    return home / "services.json"


def write(home: Path, state: RunningState) -> None:
    fields = asdict(state) | {"started_at": state.started_at.isoformat()}
    write_private(state_file(home), json.dumps(fields, indent=2))


def _read(home: Path) -> RunningState | None:
    try:
        fields = json.loads(state_file(home).read_text())
        state = RunningState(**fields | {"started_at": datetime.fromisoformat(fields["started_at"])})
        return state if _is_process(state.owner_pid) and _is_process(state.owner_start_time) else None
    except (FileNotFoundError, KeyError, TypeError, ValueError):  # absent, or written by another version of Assay
        return None


def _is_process(number: object) -> bool:
    """Never 0, 1 or a negative number, which stand for whole groups of processes or for all."""
    return isinstance(number, int) and number > 1


def running(home: Path) -> RunningState | None:
    """The servers of `home`, if their owner lives and they are ready. Raises Unavailable if they are not ours to see.

    Both proofs are needed: a new owner holds the lock for a moment before it removes the file of a dead one.
    """
    try:
        state = _read(home) if home.is_dir() and ownership.is_owned(home) else None
    except PermissionError as error:
        raise ownership.unusable(home, error) from None
    return state if state and lives(state) else None


def lives(state: RunningState) -> bool:
    """Whether the owner's process is still there."""
    return start_time(state.owner_pid) == state.owner_start_time


def in_use(home: Path) -> bool:
    """Whether somebody owns `home`, or a server of a dead owner still writes there. Raises Unavailable."""
    try:
        folders = [each for each in home.iterdir() if each.is_dir()] if home.is_dir() else []
        return home.is_dir() and (ownership.is_owned(home) or any(map(serves, folders)))
    except PermissionError as error:
        raise ownership.unusable(home, error) from None


def record_web(home: Path, url: str | None) -> None:
    """Note where the web application listens, or that it no longer does."""
    state = running(home)
    if state is None:
        raise Unavailable(f"Nothing runs in {home}, so the web address cannot be recorded there.")
    write(home, replace(state, web_url=url))
