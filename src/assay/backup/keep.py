"""A folder of backups: the newest of the last days and weeks are kept, and older ones are deleted."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.clock import now

_NAME: Final = re.compile(r"assay-(\d{8}T\d{6}Z)\.backup")


def new_name() -> str:
    return f"assay-{now():%Y%m%dT%H%M%SZ}.backup"


def delete_old(folder: Path, *, days: int, weeks: int) -> list[str]:
    """Deletes what is not to be kept. What has another name is not ours, and stays. Returns the names."""
    names = [path.name for path in folder.iterdir() if path.is_file()]
    gone = sorted(set(filter(_NAME.fullmatch, names)) - set(kept(names, days=days, weeks=weeks)))
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone


def kept(names: Iterable[str], *, days: int, weeks: int) -> Sequence[str]:
    """The newest of each of the last days and weeks that have one, and always the newest of all."""
    dated = sorted(((_at(found[1]), found[0]) for found in map(_NAME.fullmatch, names) if found), reverse=True)
    by_day, by_week = dict[object, str](), dict[object, str]()
    for at, name in dated:
        by_day.setdefault(at.date(), name)
        by_week.setdefault(at.isocalendar()[:2], name)
    newest = [name for _, name in dated[:1]]
    return list(dict.fromkeys([*newest, *list(by_day.values())[:days], *list(by_week.values())[:weeks]]))


def _at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
