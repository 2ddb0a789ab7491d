"""Average linkage, cut at a distance: groups of vectors that lie near each other."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
NOWHERE: Final = np.inf


class LinkedNodes(NamedTuple):
    """Two nodes of the tree: a vector by its position, or an earlier merge by the number of vectors and its own."""

    left: int
    right: int
    distance: float


def clusters(vectors: NDArray[np.floating], cut: float) -> list[list[int]]:
    """The positions of the vectors in groups of two and more, whose cosine distance averages at most `cut`.

    Groups stand in the order of their tree, members in theirs. Time and memory grow by the square of the number.
    """
    if len(vectors) < 2:
        return []
    tree = merges(cosine_distances(vectors))
    return [sorted(_leaves(tree, node, len(vectors))) for node in _highest_within(tree, cut, len(vectors))]


def cosine_distances(vectors: NDArray[np.floating]) -> Numbers:
    """One less the cosine, between every two; of a vector to itself it is endless."""
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    distances = 1 - rows @ rows.T
    np.fill_diagonal(distances, NOWHERE)
    return distances


def merges(distances: Numbers) -> list[LinkedNodes]:
    """The tree of average linkage, the nearest first. `distances` is used up.

    Walks from neighbour to nearest neighbour; two that are each other's nearest are merged at once, which for an
    average gives the same tree as looking for the nearest pair of all every time.
    """
    sizes = np.ones(len(distances))
    walk: list[int] = []
    found: list[LinkedNodes] = []
    while len(found) < len(distances) - 1:
        if not walk:
            walk.append(int(np.flatnonzero(sizes)[0]))
        near = _nearest(distances[walk[-1]], walk[-2] if len(walk) > 1 else None)
        if len(walk) < 2 or near != walk[-2]:
            walk.append(near)
            continue
        first, second = sorted((walk.pop(), walk.pop()))
        found.append(LinkedNodes(first, second, float(distances[first, second])))
        _join(distances, sizes, first, second)
    return _numbered(sorted(found, key=lambda merge: merge.distance))


def _nearest(row: Numbers, came_from: int | None) -> int:
    near = int(row.argmin())
    return near if came_from is None or row[near] < row[came_from] else came_from


def _join(distances: Numbers, sizes: Numbers, gone: int, kept: int) -> None:
    """The second stands for both from now on."""
    both = (sizes[gone] * distances[gone] + sizes[kept] * distances[kept]) / (sizes[gone] + sizes[kept])
    sizes[kept] += sizes[gone]
    sizes[gone] = 0
    distances[kept] = distances[:, kept] = both
    distances[gone] = distances[:, gone] = distances[kept, kept] = NOWHERE


def _numbered(found: Sequence[LinkedNodes]) -> list[LinkedNodes]:
    """The same merges with the nodes of the tree in the place of the vectors that stood for them."""
    count = len(found) + 1
    above = list(range(count + len(found)))

    def root(node: int) -> int:
        while above[node] != node:
            above[node] = node = above[above[node]]
        return node

    tree = []
    for number, merge in enumerate(found, count):
        left, right = sorted((root(merge.left), root(merge.right)))
        above[left] = above[right] = number
        tree.append(LinkedNodes(left, right, merge.distance))
    return tree


def _highest_within(tree: Sequence[LinkedNodes], cut: float, count: int) -> list[int]:
    """Nodes within the cut that hang below none that is, from left to right."""
    found, waiting = [], [count + len(tree) - 1]
    while waiting:
        node = waiting.pop()
        if node < count:
            continue
        merge = tree[node - count]
        if merge.distance <= cut:
            found.append(node)
        else:
            waiting += (merge.right, merge.left)
    return found


def _leaves(tree: Sequence[LinkedNodes], node: int, count: int) -> list[int]:
    found, waiting = [], [node]
    while waiting:
        node = waiting.pop()
        if node < count:
            found.append(node)
        else:
            waiting += tree[node - count][:2]
    return found
