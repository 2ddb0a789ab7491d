"""Words of a text that are not its author's. They are marked, never cut."""

from collections.abc import Iterable, Sequence

from assay.readers.records import Span


def in_own_words(text: str, quoted: Sequence[Sequence[int]] | None) -> str:
    """The text with a blank for each character of these spans: every other word keeps its place."""
    if not quoted:
        return text
    parts: list[str] = []
    at = 0
    for start, end in sorted((start, end) for start, end in quoted):
        if end > at:
            parts += [text[at:start], _blanked(text[max(at, start) : end])]
            at = end
    return "".join([*parts, text[at:]])


def _blanked(words: str) -> str:
    return "\n".join(" " * len(line) for line in words.split("\n"))


class Joining:
    """A text in the making, of which some parts are somebody else's words."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._spans: list[Span] = []
        self._length = 0

    def __bool__(self) -> bool:
        return bool(self._length)

    def add(self, words: str, *, is_quoted: bool = False, quoted: Iterable[Span] = ()) -> None:
        """`quoted`: spans of these words that are somebody else's."""
        if is_quoted and words:
            self._spans.append(Span(self._length, self._length + len(words)))
        self._spans += [Span(start + self._length, end + self._length) for start, end in quoted]
        self._parts.append(words)
        self._length += len(words)

    def paragraph(self, words: str, *, is_quoted: bool = False, quoted: Iterable[Span] = ()) -> None:
        """As `add`, on a line of its own."""
        if not words.strip():
            return
        if self._length:
            self.add("\n")
        self.add(words, is_quoted=is_quoted, quoted=quoted)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def stripped(self) -> tuple[str, tuple[Span, ...]]:
        """Text and spans without white space around the whole."""
        text = self.text
        lead = len(text) - len(text.lstrip())
        bare = text.strip()
        spans = (Span(max(0, start - lead), min(len(bare), end - lead)) for start, end in self._spans)
        return bare, tuple(span for span in spans if span.start < span.end)
