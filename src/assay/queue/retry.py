"""When something that failed is tried again. Pure."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

JITTER: Final = 0.02
"""Share of a delay that may be added to it, so that what failed together does not come back together."""


def item_backoff(failures: int) -> timedelta:
    """How long a proposal rests after that many failures in a row: 1, 5, 25, 125 minutes, and so on."""
    return timedelta(minutes=5 ** max(0, failures - 1))


def next_pause(delays: Sequence[timedelta], attempt: int) -> timedelta | None:
    """The pause after that attempt of a job (the first is 1), or None when it was the last."""
    if attempt > len(delays):
        return None
    return delays[attempt - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311  # no secret
