"""When something that failed is tried again. Pure."""

from datetime import timedelta


def item_backoff(failures: int) -> timedelta:
    """How long a proposal rests after that many failures in a row: 1, 5, 25, 125 minutes, and so on."""
    return timedelta(minutes=5 ** max(0, failures - 1))
