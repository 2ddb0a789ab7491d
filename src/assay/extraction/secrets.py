"""Keys, tokens and passwords that slipped into a chat must not become knowledge."""

import re
from typing import Final

MASK: Final = "[masked]"
KNOWN: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk-|[spr]k_(?:live|test)_|npm_|pypi-|hf_|AIza|ya29\.|SG\.)[\w-]{8,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?",
    re.DOTALL,
)  # fmt: skip
NAMED: Final = re.compile(
    r"(?:(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|(?:api|access|private)[ _-]?key)"
    r"['\"`]?\s{0,3}[:=]\s{0,3}['\"`]?|\bbearer\s{1,3})"
    r"(?P<secret>(?=[^\s'\"`]{0,80}[\d!@#$%^&*+/])[^\s'\"`,;]{6,})",
    re.IGNORECASE,
)  # fmt: skip
IN_ADDRESS: Final = re.compile(r"://[^\s/:@]{1,80}:(?P<secret>[^\s/@]{3,120})(?=@)")
RUN: Final = re.compile(r"[A-Za-z0-9+/_]{32,}")
"""Long enough to be a key; it is one where small and capital letters and digits are mixed, and it is no path."""
LEAST_DIGITS: Final = 3
MOST_SLASHES: Final = 1


def masked(text: str) -> str:
    """The text with what is obviously a secret covered."""
    parts, position = [], 0
    for start, end in secret_places(text):
        if end > position:
            parts += [text[position:start], MASK] if start >= position else []
            position = end
    return "".join([*parts, text[position:]])


def secret_places(text: str) -> list[tuple[int, int]]:
    """Where secrets begin and end, in order; some may lie within others."""
    places = [found.span() for found in KNOWN.finditer(text)]
    places += [found.span("secret") for pattern in (NAMED, IN_ADDRESS) for found in pattern.finditer(text)]
    places += [found.span() for found in RUN.finditer(text) if _is_mixed(found[0])]
    return sorted(places)


def _is_mixed(run: str) -> bool:
    has_both_cases = any(map(str.islower, run)) and any(map(str.isupper, run))
    return has_both_cases and sum(map(str.isdigit, run)) >= LEAST_DIGITS and run.count("/") <= MOST_SLASHES
