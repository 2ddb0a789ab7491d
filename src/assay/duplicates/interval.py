"""Where a share lies that was measured on a sample. Pure."""

from typing import Final

CONFIDENCE: Final = 1.959964
"""Standard deviations on either side that hold 95 % of a normal distribution."""


def wilson(successes: int, number: int) -> tuple[float, float]:
    """Where a share lies with 95 % confidence."""
    if not number:
        return 0.0, 1.0
    share, weight = successes / number, CONFIDENCE**2 / number
    middle = share + weight / 2
    spread = CONFIDENCE * (share * (1 - share) / number + weight / (4 * number)) ** 0.5
    return max(0.0, (middle - spread) / (1 + weight)), min(1.0, (middle + spread) / (1 + weight))
