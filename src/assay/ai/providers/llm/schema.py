"""The format in which a model answers, as a JSON schema. Percents instead of fractions, and every list and text ends:
a small model prints 0.999... for ever where it may."""

from typing import Any, Final

from assay.kinds import TOPIC_COLORS, TOPIC_ICONS, TRAITS, AtomType, Kind, LinkType

MAX_ATOMS: Final = 40
MAX_TOPICS: Final = 10
MAX_QUOTES: Final = 6
MAX_LINKS: Final = 6
MAX_KEYWORDS: Final = 8
QUOTE_LIMIT: Final = 500
BODY_LIMIT: Final = 1_000
REASONING_LIMIT: Final = 300
KEYWORD_LIMIT: Final = 50
RECOMMENDATIONS: Final = ("new", "merge", "reject")

Schema = dict[str, Any]


def _text(limit: int, words: str = "") -> Schema:
    return {"type": "string", "maxLength": limit, **({"description": words} if words else {})}


def _choice(*among: str) -> Schema:
    return {"type": "string", "enum": list(among)}


def _list(of: Schema, most: int, words: str = "") -> Schema:
    return {"type": "array", "items": of, "maxItems": most, **({"description": words} if words else {})}


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


PERCENT: Final = {"type": "integer", "minimum": 0, "maximum": 100}
QUOTE: Final = _object(
    message={"type": "integer", "minimum": 1, "description": "number of the message"},
    words=_text(QUOTE_LIMIT, "copied letter by letter"),
)
LINK: Final = _object(to=_text(12, "new 2 or known 3"), type=_choice(*LinkType), strength=PERCENT)
ATOM: Final = _object(
    quotes=_list(QUOTE, MAX_QUOTES),
    reasoning=_text(REASONING_LIMIT, "why this is worth knowing"),
    type=_choice(*AtomType),
    title=_text(TRAITS[Kind.ATOM].title_limit, "one sentence that stands alone"),
    content=_text(BODY_LIMIT, "the whole statement"),
    topic=_text(TRAITS[Kind.TOPIC].title_limit, "name of a known topic or of one in topics"),
    links=_list(LINK, MAX_LINKS),
    recommendation=_choice(*RECOMMENDATIONS),
    confidence=PERCENT,
)
TOPIC: Final = _object(
    quotes=_list(QUOTE, MAX_QUOTES),
    reasoning=_text(REASONING_LIMIT, "why this is a topic"),
    name=_text(TRAITS[Kind.TOPIC].title_limit),
    description=_text(BODY_LIMIT),
    keywords=_list(_text(KEYWORD_LIMIT), MAX_KEYWORDS),
    icon=_choice(*TOPIC_ICONS),
    color=_choice(*TOPIC_COLORS),
    recommendation=_choice(*RECOMMENDATIONS),
    confidence=PERCENT,
)
ANSWER: Final = _object(
    atoms=_list(ATOM, MAX_ATOMS, "the items of knowledge"),
    topics=_list(TOPIC, MAX_TOPICS, "new topics"),
)
NAME: Final = "knowledge"
