"""What is said against something that was stored before.

Messages are read within seconds, and what they decide may be approved before the first objection comes.

| what is spoken against | then                                                                                     |
|------------------------|------------------------------------------------------------------------------------------|
| a pending atom         | it is less sure, recommended for rejection, and says who objected: no machine approves it |
| a live atom            | it stays as it is; a proposal that contradicts it tells people                            |
| anything else          | nothing: it was not taken for knowledge                                                   |
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Message, ObjectionDraft, Window
from assay.audit.actor import Actor
from assay.db.models import Recommendation
from assay.extraction import sanitize
from assay.extraction.confidence import facts_of, weigh
from assay.extraction.drafts import BODY_LIMIT, MAX_QUOTES, verified, voice
from assay.kinds import TRAITS, Kind, LinkType
from assay.proposals import dispute
from assay.proposals.dispute import Disputed, Objection
from assay.proposals.drafts import Draft, ProposedLink, QuotedEvidence

WORDS_LIMIT: Final = 300
MAX_OBJECTIONS: Final = 50
LABEL: Final = "Disputed: "
REASONING: Final = (
    "What is approved was spoken against, or what it rests on was edited or erased. Revert the approved atom, "
    "merge this into it, or reject this."
)


@dataclass(slots=True)
class Effects:
    """What objections do to what is stored."""

    doubted: dict[UUID, Objection] = field(default_factory=dict)
    """By the id of the pending proposal."""
    proposals: list[Draft] = field(default_factory=list)
    """One for each live atom."""


async def effects(session: AsyncSession, written: Sequence[ObjectionDraft], window: Window, *, actor: Actor) -> Effects:
    """What objections come to; of a live atom it says in the trail that people are asked."""
    objections = checked(written, window)
    found = Effects()
    known: dict[UUID, Disputed] = {}
    asking: dict[UUID, Draft] = {}
    messages = {message.id: message for message in window.messages}
    for each in await dispute.disputed(session, objections):
        objection = objections[each.place]
        if not each.is_entity:
            found.doubted[each.id] = _both(found.doubted.get(each.id), objection)
        elif each.id not in known:
            known[each.id] = each
            against = objection.words, objection.evidence, objection.stated_confidence
            asking[each.id] = contradicting(each, *against, messages)
    asking = await dispute.not_yet_asked(session, asking)
    await dispute.announce(session, known, asking, actor=actor)
    found.proposals += asking.values()
    return found


def checked(written: Iterable[ObjectionDraft], window: Window) -> list[Objection]:
    """Those whose words stand where they are said to: the earlier ones in the context, those against them in the news.

    Nobody else's claim that something is disputed counts, so an extractor cannot cast doubt on its own.
    """
    context = {message.id: message for message in window.context}
    news = {message.id: message for message in window.messages}
    found = (_checked(each, context, news) for each in list(written)[:MAX_OBJECTIONS])
    return [objection for objection in found if objection]


def _checked(
    written: ObjectionDraft, context: Mapping[UUID, Message], news: Mapping[UUID, Message]
) -> Objection | None:
    if written.to.message_id not in context:
        return None
    to = verified(written.to, context[written.to.message_id].text)
    known = (quote for quote in written.quotes[:MAX_QUOTES] if quote.message_id in news)
    said = [verified(quote, news[quote.message_id].text) for quote in known]
    proven = [quote for quote in said if quote.verified and not news[quote.message_id].is_bot]
    if not to.verified or not proven:
        return None
    told = [f"{_name(news[each.message_id])}: “{sanitize.one_line(each.quote, WORDS_LIMIT)}”" for each in proven]
    return Objection(to, proven, f"Later it was objected to by {'; '.join(told)}.", sanitize.share(written.confidence))


def _name(message: Message) -> str:
    return sanitize.one_line(message.author, WORDS_LIMIT) or "somebody"


def _both(one: Objection | None, other: Objection) -> Objection:
    if one is None:
        return other
    words = one.words if other.words in one.words else f"{one.words} {other.words}"
    stated = min(one.stated_confidence, other.stated_confidence)
    return replace(one, evidence=[*one.evidence, *other.evidence], words=words, stated_confidence=stated)


def contradicting(
    known: Disputed, said: str, evidence: Sequence[QuotedEvidence], stated: float, messages: Mapping[UUID, Message]
) -> Draft:
    """A proposal that brings before people what is said against an atom: whether it still holds is theirs to say."""
    facts = facts_of([voice(quote, messages[quote.message_id]) for quote in evidence], known.title)
    return Draft(
        kind=Kind.ATOM,
        title=sanitize.clipped(LABEL + known.title, TRAITS[Kind.ATOM].title_limit),
        body=sanitize.words(f"{known.title}\n{said}", BODY_LIMIT),
        atom_type=known.atom_type,
        stated_confidence=stated,
        confidence=weigh(stated, facts),
        reasoning=REASONING,
        evidence=evidence,
        source_message_ids=list(dict.fromkeys(quote.message_id for quote in evidence)),
        recommendation=Recommendation.MERGE,
        links=[ProposedLink(known.id, LinkType.CONTRADICTS, 1.0)],
    )
