"""How this package writes its patterns: lists of phrases, never nested repetition."""

import re


def phrases(*lists: str) -> re.Pattern[str]:
    """Any of these, as whole words, in any case. A list separates its phrases by a comma and a space."""
    return re.compile(rf"(?<!\w)(?:{_any_of(lists)})(?!\w)", re.IGNORECASE)


def opening(*lists: str) -> re.Pattern[str]:
    """Any of these as the first words."""
    return re.compile(rf"\A\s*(?:{_any_of(lists)})(?!\w)", re.IGNORECASE)


def word_list(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any_of(lists: tuple[str, ...]) -> str:
    """One alternation of all phrases. A line may end within one, after a bar."""
    joined = (re.sub(r"\|\n\s*", "|", text.strip()) for text in lists)
    return "|".join(phrase for text in joined for phrase in re.split(r",\s+", text))
