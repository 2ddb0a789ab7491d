"""Approved knowledge as linked data, in the words of schema.org: topics, claims and the quotations behind them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from assay.db.engine import Database
from assay.export import knowledge
from assay.export.knowledge import OutgoingAtom, OutgoingTopic
from assay.proposals.queries import QuoteInContext

CONTEXT: Final = {
    "@vocab": "https://schema.org/",
    "assay": "urn:assay:",
    "confidence": "assay:confidence",
    **{name: {"@id": f"assay:{name}", "@type": "@id"} for name in (
        "continues", "solves", "contradicts", "supports", "refines", "relates_to", "depends_on",
    )},
}  # fmt: skip
"""What schema.org has no word for has the name of Assay's own."""


async def pieces(database: Database) -> AsyncIterator[bytes]:
    """One document, a node at a time."""
    yield b'{"@context":' + to_json(CONTEXT) + b',"@graph":['
    told: set[UUID] = set()
    before = b"\n"
    async for topic in knowledge.topics(database):
        for node in _nodes(topic, told):
            yield before + to_json(node)
            before = b",\n"
    yield b"\n]}\n"


def _nodes(topic: OutgoingTopic, told: set[UUID]) -> list[dict[str, Any]]:
    """A topic and those of its atoms that no topic before has told. Each atom names all of its topics by theirs."""
    fresh = [each for each in topic.atoms if each.id not in told]
    told.update(each.id for each in fresh)
    return [*([_topic(topic)] if topic.id else []), *map(_claim, fresh)]


def _topic(topic: OutgoingTopic) -> dict[str, Any]:
    return {
        "@id": f"urn:uuid:{topic.id}",
        "@type": "DefinedTerm",
        "name": topic.name,
        "description": topic.description,
        "keywords": list(topic.keywords),
        "confidence": topic.confidence,
        "dateCreated": topic.created_at,
        "dateModified": topic.updated_at,
        "subjectOf": [{"@id": f"urn:uuid:{each.id}"} for each in topic.atoms],
        "citation": _quotations(topic.quotes),
    }


def _claim(atom: OutgoingAtom) -> dict[str, Any]:
    links: dict[str, list[str]] = {}
    for each in atom.links:
        links.setdefault(each.link_type, []).append(f"urn:uuid:{each.to_id}")
    return {
        "@id": f"urn:uuid:{atom.id}",
        "@type": "Claim",
        "additionalType": f"assay:{atom.atom_type}" if atom.atom_type else None,
        "name": atom.title,
        "text": atom.content,
        "confidence": atom.confidence,
        "dateCreated": atom.created_at,
        "dateModified": atom.updated_at,
        "citation": _quotations(atom.quotes),
        **links,
    }


def _quotations(quotes: Sequence[QuoteInContext]) -> list[dict[str, Any]]:
    return [
        {
            "@type": "Quotation",
            "text": each.quote,
            "creator": {"@type": "Person", "name": each.author},
            "dateCreated": each.sent_at,
            "isPartOf": {"@id": f"urn:uuid:{each.message_id}", "@type": "Message", "about": each.channel},
            **({"url": each.permalink} if each.permalink else {}),
        }
        for each in quotes
    ]
