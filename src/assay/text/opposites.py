"""Words that cannot both be true of one thing. Pure."""

import re
from functools import lru_cache
from typing import Final

NEGATIONS: Final = frozenset({"not", "no", "never", "without", "none", "neither", "nor", "nobody", "nothing"})

_EXCLUSIVE: Final = """
    enable disable|on off|allow forbid deny prohibit block ban|permit forbid deny|allowed forbidden denied prohibited
    before after|increase decrease reduce|raise lower|add remove|include exclude|accept reject refuse
    sync async|synchronous asynchronous|open close|start stop|begin end|first last|first second third
    up down|left right|min max|minimum maximum|least most|fewer more|less more|above below|over under|always never
    must may|required optional|mandatory optional|public private|internal external|manual automatic
    manually automatically|online offline|upgrade downgrade|pass fail|succeed fail|success failure
    keep drop|keep delete|keep remove|create delete|create drop|adopt abandon|approve reject|with without|all none
    everyone nobody|true false|yes no|read write|push pull|upload download|encrypt decrypt|lock unlock
    ascending descending|primary secondary|primary replica|client server|frontend backend|inbound outbound
    ingress egress|sooner later|early late|fast slow|faster slower|high low|higher lower|strong weak|new old
    newest oldest|enter leave|inside outside|import export|grant revoke|opt-in opt-out|merge split|serial parallel
    temporary permanent|mutable immutable|hot cold|light dark|soft hard|eager lazy|blocking nonblocking
    blacklist whitelist|denylist allowlist|staging production development|prod dev|morning afternoon evening night
    hourly daily weekly fortnightly monthly quarterly yearly|minor major patch|horizontal vertical|input output
    win lose|buy sell|send receive|show hide|visible hidden|safe unsafe|stable unstable|full empty|longer shorter
    long short|large small|bigger smaller|rise fall|local remote|relational document|stateful stateless
    renew cancel terminate|works broken|fixed broken|cheaper dearer|approved rejected
"""
_PREFIXES: Final = ("un", "non", "dis", "in", "im", "ir", "de", "mis")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word without the endings of its forms: enables, enabled and enabling are one."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            cut = word[: -len(ending)]
            return cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "lsz" else cut
    return word


_RIVALS: Final[dict[str, frozenset[str]]] = {}
for _group in re.split(r"[|\n]", _EXCLUSIVE):
    _stems = frozenset(stem(word) for word in _group.split())
    for _each in _stems:
        _RIVALS[_each] = _RIVALS.get(_each, frozenset()) | (_stems - {_each})


def opposed(one: str, other: str) -> bool:
    """Whether the words exclude each other, in whatever form they stand."""
    first, second = stem(one.lower()), stem(other.lower())
    if second in _RIVALS.get(first, ()):
        return True
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 4 and longer.endswith(shorter) and longer.removesuffix(shorter).rstrip("-") in _PREFIXES
