"""The connections of the web app to the database: apart for each purpose, so that none starves another."""

from dataclasses import dataclass
from typing import Final, Self

from assay.db.engine import Database, PoolLimits

LOCK_SECONDS: Final = 5
"""How long a request waits for a decision that is under way."""
IDENTITY: Final = PoolLimits(3, for_connection=5, for_statement=10, for_lock=LOCK_SECONDS)
READS: Final = PoolLimits(5, for_connection=5, for_statement=30, for_lock=LOCK_SECONDS)
WRITES: Final = PoolLimits(8, for_connection=5, for_statement=60, for_lock=LOCK_SECONDS)
MONITORS: Final = PoolLimits(2, for_connection=5, for_statement=10, for_lock=LOCK_SECONDS)
LIVE: Final = PoolLimits(2, for_connection=5, for_statement=30, for_lock=LOCK_SECONDS)
POOLS: Final = (IDENTITY, READS, WRITES, MONITORS, LIVE)
MAX_CONNECTIONS: Final = sum(limits.most for limits in POOLS)


@dataclass(frozen=True, slots=True)
class Connections:
    """Who asks; what is read; what is changed; what monitors ask; what the live hub reads."""

    identity: Database
    reads: Database
    writes: Database
    monitors: Database
    live: Database

    @classmethod
    def to(cls, database_url: str, reads: Database) -> Self:
        """`reads`: that of the models, which read the same."""
        identity, writes, monitors, live = (
            Database(database_url, limits) for limits in (IDENTITY, WRITES, MONITORS, LIVE)
        )
        return cls(identity, reads, writes, monitors, live)

    @property
    def in_use(self) -> int:
        return sum(each.in_use for each in self._all)

    @property
    def _all(self) -> tuple[Database, ...]:
        return self.identity, self.reads, self.writes, self.monitors, self.live

    async def close(self) -> None:
        for each in self._all:
            await each.close()
