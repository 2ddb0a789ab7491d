"""The trail as a chain of hashes: whoever edits, deletes, adds or moves an entry breaks it.

Entries are chained after their commit, by one process at a time: only then is it known which came before which, and
no change waits for another one's hash. Erasing words adds a link that tells what the entry says from then on.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit import sql
from assay.clock import now
from assay.db.bulk import insert_rows
from assay.db.engine import Database
from assay.db.locks import hold_until_commit
from assay.db.models import AuditLink
from assay.errors import InvalidInput

LOCK: Final = "audit chain"
"""Held by whoever adds links. It is the last lock that anybody takes."""
STATEMENTS_AT_ONCE: Final = 20
ROWS_AT_ONCE: Final = 2_000
BEGINNING: Final = b""
MARK: Final = "assay-anchor"
_ANCHOR: Final = re.compile(rf"{MARK} (\d{{1,18}}) (\d{{1,18}}) ([0-9a-f]{{64}}) (\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest link at a moment, to be kept elsewhere: what came before it cannot be written anew unseen."""

    number: int
    entry_id: int
    hash: str
    """In hexadecimal digits."""
    at: datetime

    def __str__(self) -> str:
        return f"{MARK} {self.number} {self.entry_id} {self.hash} {self.at:%Y-%m-%dT%H:%M:%SZ}"

    @classmethod
    def read(cls, line: str) -> "Anchor":
        """Raises InvalidInput."""
        if not (found := _ANCHOR.fullmatch(line.strip())):
            raise InvalidInput(f"“{line[:80]}” is no anchor: a line that assay audit anchor wrote is expected.")
        number, entry_id, hashed, at = found.groups()
        return cls(int(number), int(entry_id), hashed, datetime.fromisoformat(at))


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """What does not hold, and the entry of the trail that it is about."""

    entry_id: int
    why: str


async def extend(database: Database) -> int:
    """Chains all entries that are committed. Returns how many."""
    total = 0
    while True:
        async with database.transaction() as session:
            number = await _extend(session)
        if number is None:
            return total
        total += number


async def _extend(session: AsyncSession) -> int | None:
    """The next portion. None: nothing waits. What was restored comes with its links, and waits nevertheless."""
    await hold_until_commit(session, LOCK)
    taken = (await session.execute(sql.TAKE, {"limit": STATEMENTS_AT_ONCE})).all()
    rows = [each for each in taken if not each.is_chained]
    await _add(session, rows, redacted=False)
    return len(rows) if taken else None


async def note_redacted(session: AsyncSession, subjects: Sequence[UUID]) -> None:
    """Links anew the entries of these whose words were erased in this transaction. To be called last in it."""
    await hold_until_commit(session, LOCK)
    rows = await session.execute(sql.REDACTED, {"subjects": list(subjects)})
    await _add(session, rows.all(), redacted=True)


async def _add(session: AsyncSession, entries: Sequence[Row[Any]], *, redacted: bool) -> None:
    last = await _newest(session)
    newest, link = (last.number, last.hash) if last else (0, BEGINNING)
    rows = []
    for number, entry in enumerate(entries, newest + 1):
        link = _linked(link, entry.digest)
        digits = {"digest": _digits(entry.digest), "hash": _digits(link)}
        rows.append({"number": number, "entry_id": entry.entry_id, "redacted": redacted, **digits})
    await insert_rows(session, AuditLink, rows)


async def anchor(session: AsyncSession) -> Anchor | None:
    """None where nothing is chained yet."""
    last = await _newest(session)
    return Anchor(last.number, last.entry_id, last.hash.hex(), now()) if last else None


async def verify(session: AsyncSession, anchors: Sequence[Anchor] = ()) -> AsyncIterator[BrokenLink]:
    """What does not hold, in the order of the chain, a portion of it in memory at a time.

    A session that sees one moment: see `Database.snapshot`.
    """
    kept = {each.number: each for each in anchors}
    number, link = 0, BEGINNING
    rows = await session.stream(sql.LINKS, execution_options={"yield_per": ROWS_AT_ONCE})
    async for row in rows:
        if why := _wrong(row, number, link) or _against(kept.pop(row.number, None), row):
            yield BrokenLink(row.entry_id, why)
        number, link = row.number, row.hash
    for lost in kept.values():
        yield BrokenLink(lost.entry_id, f"the chain ends at link {number}, before the anchor of {lost.at:%Y-%m-%d}")
    for unknown in await session.scalars(sql.UNKNOWN):
        yield BrokenLink(unknown, "it was put in past the chain")


def _wrong(row: Row[Any], before: int, link: bytes) -> str | None:
    if row.number != before + 1:
        return f"{row.number - before - 1} links before it are missing"
    if row.hash != _linked(link, row.digest):
        return "its link was edited or moved"
    if row.gone:
        return "it is missing"
    return "it was edited" if row.is_last and row.says != row.digest else None


def _against(kept: Anchor | None, row: Row[Any]) -> str | None:
    if kept is None or (kept.hash, kept.entry_id) == (row.hash.hex(), row.entry_id):
        return None
    return f"the chain up to it was written anew after the anchor of {kept.at:%Y-%m-%d}"


async def _newest(session: AsyncSession) -> AuditLink | None:
    return await session.scalar(select(AuditLink).order_by(AuditLink.number.desc()).limit(1))


def _linked(before: bytes, digest: bytes) -> bytes:
    return sha256(before + digest).digest()


def _digits(value: bytes) -> str:
    """Bytes as PostgreSQL reads them."""
    return f"\\x{value.hex()}"
