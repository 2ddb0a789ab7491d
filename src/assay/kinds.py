"""The two kinds of knowledge and everything in which they differ."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    TOPIC = "topic"
    ATOM = "atom"


class AtomType(StrEnum):
    PROBLEM = "problem"
    SOLUTION = "solution"
    DECISION = "decision"
    QUESTION = "question"
    INSIGHT = "insight"
    PATTERN = "pattern"
    REQUIREMENT = "requirement"


class LinkType(StrEnum):
    CONTINUES = "continues"
    SOLVES = "solves"
    CONTRADICTS = "contradicts"
    SUPPORTS = "supports"
    REFINES = "refines"
    RELATES_TO = "relates_to"
    DEPENDS_ON = "depends_on"


class Proposer(StrEnum):
    """Who claims that something is knowledge."""

    EXTRACTOR = "extractor"
    PERSON = "person"
    AGENT = "agent"
    """A program: an agent, or whatever holds somebody's token."""


class Trust(StrEnum):
    """Whether the machine may believe what comes from a source."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


TOPIC_ICONS: Final = (
    "book", "bug", "calendar", "chart", "cloud", "code", "cube", "database", "flask", "gear",
    "globe", "key", "lightbulb", "link", "lock", "message", "package", "people", "rocket", "tag",
)  # fmt: skip
TOPIC_COLORS: Final = (
    "amber",
    "blue",
    "cyan",
    "gray",
    "green",
    "indigo",
    "lime",
    "orange",
    "pink",
    "purple",
    "red",
    "teal",
)


@dataclass(frozen=True, slots=True)
class KindTraits:
    """What the code needs to know of a kind."""

    plural: str
    title_limit: int
    title_label: str
    """The key under which events and documents show the title."""
    title_is_identity: bool
    """True where the title alone says what a thing is: two topics of one name are one topic."""
    fields: Mapping[str, str]
    """What it says of itself, by the name that people use; the values are the columns."""


TRAITS: Final[dict[Kind, KindTraits]] = {
    Kind.TOPIC: KindTraits(
        plural="topics",
        title_limit=100,
        title_label="name",
        title_is_identity=True,
        fields={
            "name": "title",
            "description": "body",
            "keywords": "keywords",
            "icon": "icon",
            "color": "color",
            "confidence": "confidence",
        },
    ),
    Kind.ATOM: KindTraits(
        plural="atoms",
        title_limit=200,
        title_label="title",
        title_is_identity=False,
        fields={
            "title": "title",
            "content": "body",
            "type": "atom_type",
            "meta": "meta",
            "confidence": "confidence",
        },
    ),
}


QUESTION_LABEL: Final = "Question: "
ANSWER_LABEL: Final = "\nAnswer: "
CONFIRMED: Final = "\nConfirmed by the asker."
"""How a body quotes the question that it answers."""


def folded(text: str) -> str:
    """The text without differences of case, width and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def identity_key(kind: Kind, title: str, body: str) -> str:
    """What two live entities of a kind must not share: a topic's name, an atom's whole statement.

    A hex digest, because a statement may be longer than a database index holds.
    """
    said = folded(title) if TRAITS[kind].title_is_identity else f"{folded(title)}\n{folded(body)}"
    return hashlib.sha256(said.encode()).hexdigest()


def answer_of(body: str) -> str:
    """Of a question with its answer the answer alone, of everything else all of it."""
    asked, _, answer = body.partition(ANSWER_LABEL)
    return answer.removesuffix(CONFIRMED) if answer and asked.startswith(QUESTION_LABEL) else body


def full_text(title: str, body: str) -> str:
    """Title and body as one string, what they share said once."""
    return f"{title}. {body}" if body and folded(body) != folded(title) else title


def embedded_text(title: str, body: str) -> str:
    """The one string that stands for a proposal or an entity in the space of meanings: what it says, and not what it
    was asked."""
    return full_text(title, answer_of(body))
