"""What somebody proposes, before it is a record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assay.db.base import new_id
from assay.db.models import Recommendation
from assay.errors import InvalidInput
from assay.kinds import TRAITS, AtomType, Kind, LinkType, folded, identity_key


@dataclass(frozen=True, slots=True)
class QuotedEvidence:
    """A quote and where it stands in its message; without offsets it was not found there."""

    message_id: UUID
    quote: str
    start_offset: int | None = None
    end_offset: int | None = None

    @property
    def verified(self) -> bool:
        return self.start_offset is not None


@dataclass(frozen=True, slots=True)
class Addition:
    """Further evidence for a proposal, and how sure the extractor is now that it has seen it."""

    evidence: Sequence[QuotedEvidence]
    stated_confidence: float

    def __add__(self, other: "Addition") -> "Addition":
        stated = max(self.stated_confidence, other.stated_confidence)
        return Addition([*self.evidence, *other.evidence], stated)


@dataclass(frozen=True, slots=True)
class ProposedLink:
    to: UUID
    """A proposal or an entity; they share their ids."""
    link_type: LinkType
    strength: float


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal of either kind. What a kind does not have stays empty."""

    kind: Kind
    title: str
    body: str
    stated_confidence: float
    confidence: float
    reasoning: str = ""
    evidence: Sequence[QuotedEvidence] = ()
    source_message_ids: Sequence[UUID] = ()
    recommendation: Recommendation = Recommendation.NEW
    unsupported: Sequence[str] = ()
    """What the evidence does not say, or says and the claim leaves out."""
    icon: str | None = None
    color: str | None = None
    keywords: Sequence[str] = ()
    atom_type: AtomType | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    links: Sequence[ProposedLink] = ()
    topic_name: str | None = None
    id: UUID = field(default_factory=new_id)

    @property
    def first_message_id(self) -> UUID | None:
        """Where it was said first, as far as it is known."""
        quoted = [each.message_id for each in self.evidence]
        return next(iter((*quoted, *self.source_message_ids)), None)

    def row(self) -> dict[str, Any]:
        """The columns of the proposal. Raises InvalidInput with one sentence."""
        self._check()
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "body": self.body,
            "title_key": folded(self.title),
            "identity_key": identity_key(self.kind, self.title, self.body),
            "icon": self.icon,
            "color": self.color,
            "keywords": list(self.keywords),
            "atom_type": self.atom_type,
            "meta": self.meta,
            "proposed_links": [
                {"to": link.to, "link_type": link.link_type, "strength": link.strength} for link in self.links
            ],
            "topic_name": self.topic_name,
            "topic_key": self.topic_name and folded(self.topic_name),
            "stated_confidence": self.stated_confidence,
            "confidence": self.confidence,
            "reasoning": self.reasoning,
            "source_message_ids": list(self.source_message_ids),
            "llm_recommendation": self.recommendation,
            "unsupported": list(self.unsupported),
        }

    def evidence_rows(self) -> list[dict[str, Any]]:
        return evidence_rows(self.id, self.evidence)

    def _check(self) -> None:
        traits = TRAITS[self.kind]
        if not folded(self.title):
            raise InvalidInput(f"The {traits.title_label} of a proposed {self.kind} is empty.")
        if len(self.title) > traits.title_limit:
            raise InvalidInput(
                f"The {traits.title_label} of a proposed {self.kind} has {len(self.title)} characters; "
                f"{traits.title_limit} are allowed."
            )
        if "\0" in self.title + self.body + self.reasoning:
            raise InvalidInput(f"The text of a proposed {self.kind} contains a NUL character, which is not allowed.")
        for name in ("stated_confidence", "confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"The {name} of a proposed {self.kind} is {getattr(self, name)}; 0 to 1 is allowed.")


def evidence_rows(proposal_id: UUID, evidence: Sequence[QuotedEvidence], first: int = 0) -> list[dict[str, Any]]:
    """The records of quotes; `first`: the position of the first one."""
    return [
        {
            "id": new_id(),
            "proposal_id": proposal_id,
            "message_id": item.message_id,
            "position": position,
            "quote": item.quote,
            "verified": item.verified,
            "start_offset": item.start_offset,
            "end_offset": item.end_offset,
        }
        for position, item in enumerate(evidence, first)
    ]
