"""Pairing two sets so that the gains of the pairs add up to as much as they can."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def assigned(gains: Numbers) -> dict[int, int]:
    """Row to column, each at most once, with the highest sum of gains; of the shorter side every one is paired.

    Shortest augmenting paths: for n rows and m columns it takes n * n * m steps, the smaller number twice.
    """
    if gains.shape[0] > gains.shape[1]:
        return {row: column for column, row in assigned(gains.T).items()}
    costs = np.hstack([np.zeros((len(gains), 1)), -gains])  # column 0 is where each row starts from
    owner = np.full(costs.shape[1], -1)
    of_row, of_column = np.zeros(len(gains)), np.zeros(costs.shape[1])
    for row in range(len(gains)):
        owner[0] = row
        _augment(costs, owner, of_row, of_column)
    return {int(owner[column]): int(column) - 1 for column in np.flatnonzero(owner >= 0) if column}


def _augment(costs: Numbers, owner: NDArray[np.int64], of_row: Numbers, of_column: Numbers) -> None:
    """Gives the row at column 0 a column of its own; those that stand in its way move on."""
    way = np.zeros(len(owner), dtype=np.int64)
    shortest = np.full(len(owner), np.inf)
    seen = np.zeros(len(owner), dtype=bool)
    at = 0
    while owner[at] >= 0:
        seen[at] = True
        reduced = costs[owner[at]] - of_row[owner[at]] - of_column
        nearer = ~seen & (reduced < shortest)
        shortest[nearer], way[nearer] = reduced[nearer], at
        at = int(np.where(seen, np.inf, shortest).argmin())
        step = shortest[at]
        of_row[owner[seen]] += step
        of_column[seen] -= step
        shortest[~seen] -= step
    while at:
        owner[at] = owner[way[at]]
        at = int(way[at])
