"""What a person reads of a raw message: no markup, no control characters, no code blocks, no picture signs."""

import html
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_CHARACTERS: Final = 4_000
"""How much of one message is read. The rest of a huge paste is never worth its time."""

IRC_FORMAT: Final = re.compile(r"[\x02\x03\x0f\x16\x1d\x1f](?:\d{1,2}(?:,\d{1,2})?)?")
CODE_BLOCK: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
QUOTED_LINE: Final = re.compile(r"^\s*>.*$", re.MULTILINE)
SLACK_PERSON: Final = re.compile(r"<@(\w{1,40})(?:\|[^>]{0,80})?>")
SLACK_CHANNEL: Final = re.compile(r"<#\w{1,40}\|([^>]{1,80})>")
LINK: Final = re.compile(r"<?\bhttps?://[^\s>|]+(?:\|([^>]{0,200}))?>?")
BOLD: Final = re.compile(r"(?<!\w)([*_]{1,2})(?=\S)([^*_\n]+)(?<=\S)\1(?!\w)")
PICTURE: Final = re.compile(
    r":[a-z][a-z0-9_+-]{1,40}:|[:;=8xX]['-]?[)(DPpoO/\\|3]+(?=\s|$)|\^_?\^|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]"
)
ADDRESS: Final = re.compile(r"\s*@?([\w\[\]\\`^{}|.-]{2,24})\s*[:,]\s+")
MENTION: Final = re.compile(r"(?<!\w)@([\w.-]{2,24})")
LINK_MARK: Final = "[link]"


@dataclass(frozen=True, slots=True)
class Cleaned:
    text: str
    addressed: frozenset[str]
    """Names of the people this is said to."""


def nickname(name: str) -> str:
    """A name without case and decoration."""
    return name.casefold().strip("_`")


@lru_cache(maxsize=4_096)
def called(author: str) -> frozenset[str]:
    """What others call an author: the whole name, and the first of several."""
    whole = nickname(author)
    first = re.split(r"[\s.]", whole, maxsplit=1)[0]
    return frozenset({whole, first} if len(first) > 2 else {whole})


def cleaned(raw: str, people: Container[str]) -> Cleaned:
    text = _plain(raw[:MAX_CHARACTERS])
    text, addressed = without_address(text, people)
    return Cleaned(_without_marks(text), addressed)


def strip_markup(text: str) -> str:
    """The words of a raw text in one line; a link is its label, or stays as it is."""
    text = LINK.sub(lambda link: link[1] or link[0].strip("<>"), SLACK_CHANNEL.sub(r"#\1", text))
    return " ".join(BOLD.sub(r"\2", text).split())


def _plain(raw: str) -> str:
    text = unicodedata.normalize("NFKC", html.unescape(IRC_FORMAT.sub("", raw)))
    if text.isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")


def without_address(text: str, people: Container[str]) -> tuple[str, frozenset[str]]:
    """The text behind "tom: ..." or "@tom ...", and who is meant."""
    mentioned = {name.casefold() for name in SLACK_PERSON.findall(text)}
    text = SLACK_PERSON.sub("", text).lstrip(" ,:")
    mentioned |= {nickname(name) for name in MENTION.findall(text) if nickname(name) in people}
    if (address := ADDRESS.match(text)) and nickname(address[1]) in people:
        mentioned.add(nickname(address[1]))
        text = text[address.end() :]
    elif (mention := MENTION.match(text)) and nickname(mention[1]) in people:
        text = text[mention.end() :].lstrip(" ,:")
    return text, frozenset(mentioned)


def _without_marks(text: str) -> str:
    text = QUOTED_LINE.sub(" ", CODE_BLOCK.sub(" ", text))
    text = SLACK_CHANNEL.sub(r"#\1", text)
    text = LINK.sub(lambda link: link[1] or f" {LINK_MARK} ", text)
    text = PICTURE.sub(" ", BOLD.sub(r"\2", text))
    text = text.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
    return re.sub(r"[ \t]+", " ", text).strip()
