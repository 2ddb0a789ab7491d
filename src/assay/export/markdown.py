"""A folder of Markdown that opens in Obsidian: a file a topic, with front matter, wiki links and quotes."""

import json
import re
import unicodedata
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.db.engine import Database
from assay.export import knowledge
from assay.export.knowledge import UNFILED, AtomPlace, OutgoingAtom, OutgoingTopic
from assay.proposals.queries import QuoteInContext

UNFIT: Final = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\\/:*?"<>|#^\[\]]+')
"""What no file name has on every system, and what wiki links are made of."""
RESERVED: Final = frozenset({"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))})
MAX_NAME_BYTES: Final = 120
MARKUP: Final = re.compile(r"(?m)^(\s*)([#>]|[-*+] |\d+[.)] |```|~~~|---|===)")
ACTIVE: Final = re.compile(r"<(?=[a-zA-Z/!?%])|!?\[(?=[^\]\n]*\](?:\(|\[|:))|!?\[\[|%%|\$\$|(?<!`)`(?=\$?=)")
"""What a reader of the file would load, run or hide: HTML and templates, embeds and links, comments, queries."""
IN_ADDRESS: Final = "!#%&'()*+,/:;=?@~"
"""What an address is written with that neither ends it within Markdown nor means anything there."""


@dataclass(frozen=True, slots=True)
class File:
    name: str
    text: str


async def files(database: Database) -> AsyncIterator[File]:
    """The files of the folder, one topic in memory at a time."""
    places, names = await knowledge.places(database), Names()
    known: dict[UUID | None, str] = {}
    for identity, title in await knowledge.topic_names(database):
        known[identity] = names.of(title, identity)
    known[None] = names.of(UNFILED, None)
    async for topic in knowledge.topics(database):
        name = known.get(topic.id) or names.of(topic.name, topic.id)
        yield File(f"{name}.md", "\n".join(_lines(topic, known, places)) + "\n")


class Names:
    """File names that differ from each other on every system, also where case does not count."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, title: str, identity: UUID | None) -> str:
        name = _cut(" ".join(UNFIT.sub(" ", title).split()).strip(". "))
        if not name or name.casefold().split(".")[0] in RESERVED or _key(name) in self._taken:
            name = f"{name.replace('.', ' ')} {str(identity)[-8:]}".strip()
        while _key(name) in self._taken:  # somebody gave a topic the name that another would get
            name = f"{name} {len(self._taken)}"
        self._taken.add(_key(name))
        return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _cut(name: str) -> str:
    return name.encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip(". ")


def _lines(topic: OutgoingTopic, files: Mapping[UUID | None, str], places: Mapping[UUID, AtomPlace]) -> Iterator[str]:
    yield from _front_matter(topic)
    yield f"# {_heading(topic.name)}"
    if topic.description:
        yield from ("", _plain(topic.description))
    yield from _quotes(topic.quotes)
    for atom in topic.atoms:
        yield from _atom(atom, files, places)


def _front_matter(topic: OutgoingTopic) -> Iterator[str]:
    """In JSON's writing of values, which YAML reads too."""
    values = {
        "id": str(topic.id) if topic.id else None,
        "aliases": [topic.name] if topic.id else None,
        "tags": [tag for each in topic.keywords if (tag := re.sub(r"[^\w/-]+", "-", each).strip("-"))],
        "confidence": round(topic.confidence, 3) if topic.id else None,
        "created": topic.created_at and topic.created_at.isoformat(),
        "updated": topic.updated_at and topic.updated_at.isoformat(),
    }
    yield "---"
    yield from (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items() if value)
    yield "---"
    yield ""


def _atom(atom: OutgoingAtom, files: Mapping[UUID | None, str], places: Mapping[UUID, AtomPlace]) -> Iterator[str]:
    yield from ("", f"## {_heading(atom.title)}", "")
    yield f"*{atom.atom_type or 'atom'}*, confidence {atom.confidence:.2f}, `{atom.id}`"
    if atom.content and atom.content != atom.title:
        yield from ("", _plain(atom.content))
    for link in atom.links:
        if place := places.get(link.to_id):
            target = f"{files.get(place.topic_id, files[None])}#{_heading(place.title)}"
            yield from ("", f"{link.link_type.replace('_', ' ')}: [[{target}|{_heading(place.title)}]]")
    yield from _quotes(atom.quotes)


def _quotes(quotes: Sequence[QuoteInContext]) -> Iterator[str]:
    for quote in quotes:
        yield ""
        yield from (f"> {line}" for line in _plain(quote.quote).split("\n"))
        where = f"{_inline(quote.author)} in {_inline(quote.channel)}, {quote.sent_at:%Y-%m-%d %H:%M}"
        link = f" ([message](<{_address(quote.permalink)}>))" if quote.permalink else ""
        mark = "" if quote.verified else ", not found in the message"
        yield from (">", f"> — {where}{mark}{link}")


def _heading(text: str) -> str:
    """One line that a wiki link can name."""
    words = " ".join(re.sub(r"[\[\]|#^\\\x00-\x1f]+", " ", text).split())
    return re.sub(r"<(?=[a-zA-Z/!?%])|`(?=\$?=)|%(?=%)|\$(?=\$)", lambda found: "‹" if found[0] == "<" else "", words)


def _address(permalink: str) -> str:
    return urllib.parse.quote(permalink, safe=IN_ADDRESS).replace("%%", "%25%25")


def _inline(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>%$])", r"\\\1", " ".join(text.split()))


def _plain(text: str) -> str:
    """Text that is only shown. Its lines begin nothing: no heading, no quote, no front matter of its own."""
    lines = "\n".join(text.splitlines())
    return MARKUP.sub(r"\1\\\2", ACTIVE.sub(_escaped, lines))


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"\\{each}" for each in found[0])
