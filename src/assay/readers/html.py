"""Messages written in HTML, as lines of text, with what they quote."""

from html.parser import HTMLParser
from typing import Final

from assay.readers.quotes import Joining
from assay.readers.records import TextSpan

BLOCKS: Final = frozenset(
    {"p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "codeblock", "blockquote"}
)
SILENT: Final = frozenset({"script", "style", "head", "title"})
QUOTING: Final = frozenset({"blockquote"})
MAX_DEPTH: Final = 500


def rendered(source: str) -> tuple[str, tuple[TextSpan, ...]]:
    """The text as people read it, and the spans of it that are quoted."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return reader.made.stripped()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made = Joining()
        self._quoting = self._silent = self._kept = 0
        self._is_fresh = True
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in SILENT:
            self._silent += 1
        elif tag == "br":
            self._break()
        elif tag in BLOCKS:
            self._break(is_soft=True)
            self._quoting += tag in QUOTING
            self._kept += tag == "pre"
            if tag == "li":
                self._add("- ")
                self._is_fresh = True
        elif tag == "at":
            self._add("@")
        elif tag == "a" and len(self._links) < MAX_DEPTH:
            self._links.append((values.get("href") or "", len(self.made.text)))
        elif tag in ("emoji", "img"):
            self._add(values.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS:
            self._quoting -= tag in QUOTING and self._quoting > 0
            self._kept -= tag == "pre" and self._kept > 0
            self._break(is_soft=True)
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            label = self.made.text[start:].strip()
            if address.startswith(("http://", "https://")) and label and label != address:
                self._add(f" ({address})")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        words = data.replace("\u00a0", " ")
        if not self._kept:
            lead = " " if words[:1].isspace() and not self._is_fresh else ""
            tail = " " if words[-1:].isspace() and words.strip() else ""
            words = lead + " ".join(words.split()) + tail if words.strip() else lead
        self._add(words)

    def _add(self, words: str) -> None:
        if words:
            self.made.add(words, is_quoted=self._quoting > 0)
            self._is_fresh = words.endswith(("\n", " "))

    def _break(self, *, is_soft: bool = False) -> None:
        if is_soft and (not self.made or self.made.text.endswith("\n")):
            return
        self.made.add("\n")
        self._is_fresh = True
