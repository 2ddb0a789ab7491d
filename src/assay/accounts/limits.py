"""How often somebody may ask. Counted in the database, so that several API processes share it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from sqlalchemy import DateTime, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import RateLimit
from assay.errors import TooMany

FORGET: Final = 1_000
"""Expired rows that one refused request clears away at most."""
_NOW: Final = func.clock_timestamp(type_=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and then one every `interval`."""

    interval: timedelta
    burst: int

    @classmethod
    def a_second(cls, number: int, burst: int) -> Self:
        return cls(timedelta(seconds=1 / number), burst)


async def spend(session: AsyncSession, key: str, rate: Rate) -> None:
    """Takes one from the allowance of `key`. Raises TooMany, with the seconds to wait, where none is left.

    One statement (the generic cell rate algorithm): the row holds the moment at which all of the allowance is free.
    A moment beyond the window was written by a clock that was ahead: that window is over.
    """
    interval, window = rate.interval, rate.interval * rate.burst
    is_ahead = RateLimit.free_at > _NOW + window
    free_at = func.greatest(RateLimit.free_at, _NOW, type_=DateTime(timezone=True))
    spending = (
        insert(RateLimit)
        .values(key=key, free_at=_NOW + interval)
        .on_conflict_do_update(
            index_elements=[RateLimit.key],
            set_={"free_at": case((is_ahead, _NOW), else_=free_at) + interval},
            where=or_(free_at + interval <= _NOW + window, is_ahead),
        )
    )
    if await session.scalar(spending.returning(RateLimit.key)) is None:
        raise TooMany("Too many requests: wait a little.", retry_after=max(1, round(interval.total_seconds())))


async def give_back(session: AsyncSession, key: str, rate: Rate) -> None:
    """Puts back one that was taken."""
    one_back = update(RateLimit).where(RateLimit.key == key).values(free_at=RateLimit.free_at - rate.interval)
    await session.execute(one_back.execution_options(synchronize_session=False))


async def forget_spent(session: AsyncSession) -> None:
    """Clears away what is free again."""
    is_over = or_(RateLimit.free_at < _NOW - timedelta(hours=1), RateLimit.free_at > _NOW + timedelta(days=1))
    spent = select(RateLimit.key).where(is_over).limit(FORGET).with_for_update(skip_locked=True)
    forgotten = delete(RateLimit).where(RateLimit.key.in_(spent))
    await session.execute(forgotten.execution_options(synchronize_session=False))
