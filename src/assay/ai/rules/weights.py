"""How sure a rule is of what it found: a sum of signs, each by its weight of `weights.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


def weigh(what: str, *, base: str = "base", **signs: float) -> float:
    """The base of a sum, and each sign by its weight. Raises KeyError for a sign without one."""
    weights = _weights()[what]
    total = weights[base]
    for name, sign in signs.items():
        total += weights[name] * sign
    return total


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    return tomllib.loads(resources.files(__package__).joinpath("weights.toml").read_text("utf-8"))
