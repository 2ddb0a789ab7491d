"""What reading costs, and how much it may cost. Figures are US dollars and tokens; nothing here knows a model."""

import asyncio
from dataclasses import dataclass, field
from math import inf

from assay.errors import Unavailable


class BudgetSpent(Unavailable):
    """The next request might cost more than is left. Nothing is wrong: reading goes on when there is a budget again."""


@dataclass(slots=True)
class Budget:
    """Dollars that several requests share. Each sets aside the most it may cost before it is sent.

    So no more is spent than the limit, as far as the price of a request can be told before it is made.
    """

    limit: float = inf
    words: str = "The budget"
    """What the limit is called in a sentence."""
    spent: float = 0.0
    _set_aside: float = 0.0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def name(self) -> str:
        return f"{self.words}, {self.limit:g} US dollars,"

    @property
    def left(self) -> float:
        return max(self.limit - self.spent, 0.0)

    async def set_aside(self, most: float) -> None:
        """Waits while what others have set aside may still be given back. Raises BudgetSpent when it never fits."""
        async with self._changed:
            while self.spent + self._set_aside + most > self.limit:
                if not self._set_aside:
                    raise BudgetSpent(
                        f"{self.name} is used up: {self.left:.4f} are left, and the next request may cost {most:.4f}."
                    )
                await self._changed.wait()
            self._set_aside += most

    async def settle(self, set_aside: float, cost: float) -> None:
        """A request that set something aside has ended and cost this much."""
        async with self._changed:
            self._set_aside = max(self._set_aside - set_aside, 0.0)
            self.spent += cost
            self._changed.notify_all()


@dataclass(slots=True)
class UsageMeter:
    """What one run has used so far: it counts also where the run fails or is cancelled."""

    budget: Budget = field(default_factory=Budget)
    requests: int = 0
    tokens: int = 0
    cost: float = 0.0

    def add(self, tokens: int, cost: float) -> None:
        self.requests += 1
        self.tokens += tokens
        self.cost += cost
