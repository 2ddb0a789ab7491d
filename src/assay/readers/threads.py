"""Replies to the message that began their thread, in whatever order they come."""

from collections.abc import Mapping


class Chains:
    """Which message answers which. A root that is missing still is the thread, so that its replies stay together."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def note(self, message: str, parent: str) -> None:
        self._parents.setdefault(message, parent)

    def root(self, message: str) -> str | None:
        """None for a message that answers nothing. A circle ends at the smallest of its ids."""
        seen: dict[str, None] = {}
        at = message
        while (parent := self._parents.get(at)) is not None:
            seen[at] = None
            if parent in seen:
                circle = list(seen)[list(seen).index(parent) :]
                at = min(circle)
                break
            at = parent
        self._shorten(seen, at)
        return None if at == message else at

    def _shorten(self, passed: Mapping[str, None], root: str) -> None:
        """Points what was passed straight at the root, so that long chains stay cheap."""
        for each in passed:
            if each != root:
                self._parents[each] = root
