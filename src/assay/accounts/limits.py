"""How often somebody may ask. Counted in the database, so that several API processes share it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.errors import TooMany

FORGET: Final = 1_000
"""Expired rows that one refused request clears away at most."""


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
    spent = await session.scalar(
        text("""
        INSERT INTO rate_limits AS r (key, free_at) VALUES (:key, clock_timestamp() + :interval)
        ON CONFLICT (key) DO UPDATE SET free_at = CASE
            WHEN r.free_at > clock_timestamp() + :window THEN clock_timestamp()
            ELSE greatest(r.free_at, clock_timestamp()) END + :interval
        WHERE greatest(r.free_at, clock_timestamp()) + :interval <= clock_timestamp() + :window
            OR r.free_at > clock_timestamp() + :window
        RETURNING true"""),
        {"key": key, "interval": interval, "window": window},
    )
    if not spent:
        raise TooMany("Too many requests: wait a little.", retry_after=max(1, round(interval.total_seconds())))


async def give_back(session: AsyncSession, key: str, rate: Rate) -> None:
    """Puts back one that was taken."""
    await session.execute(
        text("UPDATE rate_limits SET free_at = free_at - :interval WHERE key = :key"),
        {"key": key, "interval": rate.interval},
    )


async def forget_spent(session: AsyncSession) -> None:
    """Clears away what is free again."""
    await session.execute(
        text("""
        DELETE FROM rate_limits WHERE key IN (
            SELECT key FROM rate_limits WHERE free_at < clock_timestamp() - interval '1 hour'
                OR free_at > clock_timestamp() + interval '1 day'
            LIMIT :most FOR UPDATE SKIP LOCKED)"""),
        {"most": FORGET},
    )
