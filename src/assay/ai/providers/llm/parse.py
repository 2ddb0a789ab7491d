"""From what came back to drafts. Nothing a model writes is trusted: wrong_types, invented numbers, items without end.

What is unusable keeps its place as a draft without a title, so that "new 3" still means the third; whoever reads the
drafts counts and drops it. Quotes are verified there too, the same way for every extractor.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from assay.ai.extractor import AtomDraft, Extraction, LinkDraft, Quote, Recommendation, TopicDraft
from assay.ai.providers.llm import schema
from assay.ai.providers.llm.prompt import PromptRequest
from assay.kinds import TOPIC_COLORS, TOPIC_ICONS, TRAITS, AtomType, Kind, LinkType

TARGET: Final = re.compile(r"\s*(new|known)\D{0,3}(\d{1,4})\s*", re.IGNORECASE)
TITLE_LIMIT: Final = TRAITS[Kind.ATOM].title_limit
NAME_LIMIT: Final = TRAITS[Kind.TOPIC].title_limit
UNUSABLE: Final = AtomDraft(AtomType.INSIGHT, "", "", 0.0, (), "")
MAX_NUMBER: Final = 10_000
MAX_OPENINGS: Final = 20
"""Braces at which the object may begin: some models think aloud before it."""
DECODER: Final = json.JSONDecoder()

Member = TypeVar("Member", bound=StrEnum)


class Malformed(ValueError):
    """An answer that is not in the format at all: worth asking once more."""


def document(text: str) -> Mapping[str, Any]:
    """The JSON object in an answer, also between other words. Raises Malformed, saying what is wrong with it."""
    problem = Malformed("there is no JSON object in it" if text.strip() else "it is empty")
    for attempt, opening in enumerate(islice(re.finditer(r"\{", text), MAX_OPENINGS)):
        try:
            found, _ = DECODER.raw_decode(text, opening.start())
            return checked(found)
        except Malformed as error:
            problem = problem if attempt else error
        except (ValueError, RecursionError) as error:
            problem = problem if attempt else Malformed(f"it is not valid JSON: {str(error)[:200]}")
    raise problem


def checked(found: Any) -> Mapping[str, Any]:
    """An object that has at least one of the two lists. Raises Malformed."""
    if not isinstance(found, Mapping):
        raise Malformed("it is not a JSON object")
    if not any(isinstance(found.get(name), list) for name in ("atoms", "topics")):
        raise Malformed('it has neither a list "atoms" nor a list "topics"')
    return found


def read(found: Mapping[str, Any], request: PromptRequest) -> Extraction:
    """The drafts of an answer to this request. Counts what had to be left out."""
    reading = _Reading(request, Counter(request.left_out))
    atoms = [reading.atom(each) for each in reading.listed(found, "atoms", schema.MAX_ATOMS)]
    topics = [reading.topic(each) for each in reading.listed(found, "topics", schema.MAX_TOPICS)]
    return Extraction(topics=topics, atoms=atoms, refused=dict(reading.refused))


@dataclass(slots=True)
class _Reading:
    request: PromptRequest
    refused: Counter[str] = field(default_factory=Counter)

    def listed(self, found: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
        """The list of this name, cut to what is allowed."""
        value = found.get(name)
        if not isinstance(value, list):
            self.refused["wrong_types"] += value is not None
            return ()
        if len(value) > most:
            self.refused[f"{name}_over_the_limit"] += len(value) - most
        return value[:most]

    def atom(self, written: Any) -> AtomDraft:
        atom_type = _member(AtomType, written.get("type")) if isinstance(written, Mapping) else None
        if atom_type is None:
            self.refused["wrong_types"] += 1
            return UNUSABLE
        return AtomDraft(
            type=atom_type,
            title=_text(written.get("title"), TITLE_LIMIT),
            content=_text(written.get("content"), schema.BODY_LIMIT * 2),
            confidence=_share(written.get("confidence")),
            quotes=self._quotes(written),
            reasoning=_text(written.get("reasoning"), schema.REASONING_LIMIT * 2),
            topic=_text(written.get("topic"), NAME_LIMIT) or None,
            links=self._links(written),
            meta={"source": "model"},
            recommendation=_recommendation(written.get("recommendation")),
        )

    def topic(self, written: Any) -> TopicDraft:
        if not isinstance(written, Mapping):
            self.refused["wrong_types"] += 1
            written = {}
        icon, color = written.get("icon"), written.get("color")
        return TopicDraft(
            name=_text(written.get("name"), NAME_LIMIT),
            description=_text(written.get("description"), schema.BODY_LIMIT * 2),
            confidence=_share(written.get("confidence")),
            quotes=self._quotes(written),
            reasoning=_text(written.get("reasoning"), schema.REASONING_LIMIT * 2),
            keywords=[
                _text(each, schema.KEYWORD_LIMIT) for each in self.listed(written, "keywords", schema.MAX_KEYWORDS)
            ],
            icon=icon if icon in TOPIC_ICONS else None,
            color=color if color in TOPIC_COLORS else None,
            recommendation=_recommendation(written.get("recommendation")),
        )

    def _keywords(self, written: Mapping[str, Any]) -> list[str]:
        return [_text(each, schema.KEYWORD_LIMIT) for each in self.listed(written, "keywords", schema.MAX_KEYWORDS)]

    def _quotes(self, written: Mapping[str, Any]) -> list[Quote]:
        quotes = (self._quote(each) for each in self.listed(written, "quotes", schema.MAX_QUOTES))
        return [quote for quote in quotes if quote]

    def _quote(self, written: Any) -> Quote | None:
        if not isinstance(written, Mapping):
            self.refused["wrong_types"] += 1
            return None
        number = _whole(written.get("message"))
        if not 1 <= number <= len(self.request.messages):
            self.refused["invented_quotes"] += 1
            return None
        return Quote(self.request.messages[number - 1].id, _text(written.get("words"), schema.QUOTE_LIMIT * 4))

    def _links(self, written: Mapping[str, Any]) -> list[LinkDraft]:
        links = (self._link(each) for each in self.listed(written, "links", schema.MAX_LINKS))
        return [link for link in links if link]

    def _link(self, written: Any) -> LinkDraft | None:
        link_type = _member(LinkType, written.get("type")) if isinstance(written, Mapping) else None
        target = self._target(written.get("to")) if link_type else None
        if link_type is None or target is None:
            self.refused["links"] += 1
            return None
        return LinkDraft(target, link_type, _share(written.get("strength")))

    def _target(self, written: Any) -> int | UUID | None:
        """What "new 2" or "known 3" stands for."""
        found = TARGET.fullmatch(written) if isinstance(written, str) else None
        if found is None:
            return None
        place = int(found[2]) - 1
        if found[1].lower() == "new":
            return place if 0 <= place < schema.MAX_ATOMS else None
        return self.request.known[place].id if 0 <= place < len(self.request.known) else None


def _text(value: Any, limit: int) -> str:
    if isinstance(value, str):
        return value[:limit]
    return str(value) if isinstance(value, float) or _whole(value) else ""


def _whole(value: Any) -> int:
    """A whole number of sensible size; 0 for anything else."""
    if isinstance(value, str) and len(value) < 10 and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
        return 0
    return int(value)


def _share(value: Any) -> float:
    """A percent as a share of 1. A fraction between 0 and 1 is taken for a share; what is no number is nothing."""
    if isinstance(value, str):
        value = _number(value.strip().removesuffix("%"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_NUMBER:
        return 0.0
    share = value if isinstance(value, float) and value < 1 else value / 100
    return min(share, 1.0)


def _number(written: str) -> float:
    try:
        return float(written) if len(written) < 20 else 0.0
    except ValueError:
        return 0.0


def _member(enum: type[Member], value: Any) -> Member | None:
    return next((each for each in enum if each.value == value), None)


def _recommendation(value: Any) -> Recommendation:
    """What is no recommendation is one for people: merge keeps the machine from approving it."""
    return value if value in ("new", "merge", "reject") else "merge"
