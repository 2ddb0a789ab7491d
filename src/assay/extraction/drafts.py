"""From what an extractor wrote to drafts of proposals: evidence checked, confidence weighed, words made fit."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from assay.ai.extractor import AtomDraft, Extraction, LinkDraft, Message, Quote, TopicDraft, Window
from assay.ai.grounding.support import Ground, unsupported
from assay.db.models import Recommendation
from assay.extraction import sanitize
from assay.extraction.confidence import AttributedQuote, facts_of, weigh
from assay.extraction.evidence import locate
from assay.kinds import TOPIC_COLORS, TOPIC_ICONS, TRAITS, AtomType, Kind, LinkType, folded
from assay.proposals.drafts import Draft, ProposedLink, QuotedEvidence
from assay.text.secrets import MASK, secret_places

BODY_LIMIT: Final = 20_000
REASONING_LIMIT: Final = 2_000
QUOTE_LIMIT: Final = 2_000
KEYWORD_LIMIT: Final = 50
MAX_KEYWORDS: Final = 10
MAX_QUOTES: Final = 20
Tidying = Callable[[object], object]
TOPIC_LIMIT: Final = TRAITS[Kind.TOPIC].title_limit


@dataclass(slots=True)
class Dropped:
    """What of an extraction did not become a proposal, or a part of one."""

    unusable: int = 0
    """Drafts without a title, or of no type."""
    known_topics: int = 0
    """Topics that exist already, or are proposed already."""
    invented_quotes: int = 0
    """Quotes of messages that were not in the window."""
    links: int = 0
    """Links to nothing, to itself, or of no type."""
    old_news: int = 0
    """Drafts that only the context speaks for."""


@dataclass(slots=True)
class Drafter:
    """One extraction on its way to drafts. `taken`: folded names of the topics that exist or are proposed."""

    window: Window
    taken: set[str]
    tidied: Tidying
    messages: Mapping[UUID, Message] = field(init=False)
    news: Collection[UUID] = field(init=False)
    dropped: Dropped = field(default_factory=Dropped)

    def __post_init__(self) -> None:
        self.messages = {message.id: message for message in self.window.in_order}
        self.news = set(self.window.ids)

    def topics(self, written: Iterable[TopicDraft]) -> list[Draft]:
        return [draft for each in written if (draft := self._topic(each))]

    def atoms(self, written: Sequence[AtomDraft]) -> list[Draft]:
        """The atoms, linked to each other by the ids they now have."""
        drafts = [self._atom(each) for each in written]
        return [
            replace(draft, links=self._links(each.links, draft.id, drafts))
            for each, draft in zip(written, drafts, strict=True)
            if draft
        ]

    def _topic(self, written: TopicDraft) -> Draft | None:
        name = sanitize.one_line(written.name, TOPIC_LIMIT)
        if name and folded(name) in self.taken:
            self.dropped.known_topics += 1
            return None
        draft = self._draft(
            written,
            Kind.TOPIC,
            name,
            written.description,
            icon=written.icon if written.icon in TOPIC_ICONS else None,
            color=written.color if written.color in TOPIC_COLORS else None,
            keywords=keywords(written.keywords),
        )
        if draft:
            self.taken.add(folded(name))
        return draft

    def _atom(self, written: AtomDraft) -> Draft | None:
        atom_type = sanitize.member(AtomType, written.type)
        title = sanitize.one_line(written.title, TRAITS[Kind.ATOM].title_limit) if atom_type else ""
        return self._draft(
            written,
            Kind.ATOM,
            title,
            written.content,
            atom_type=atom_type,
            meta=self.tidied(written.meta),
            topic_name=sanitize.one_line(written.topic or "", TOPIC_LIMIT) or None,
        )

    def _draft(
        self, written: TopicDraft | AtomDraft, kind: Kind, title: str, body: str, **of_this_kind: Any
    ) -> Draft | None:
        if not title:
            self.dropped.unusable += 1
            return None
        body = sanitize.words(body, BODY_LIMIT)
        evidence = self._evidence(written.quotes)
        if evidence and not any(each.message_id in self.news for each in evidence):
            self.dropped.old_news += 1
            return None
        voices = [voice(each, self.messages[each.message_id]) for each in evidence]
        missing = (
            unsupported(title, body, grounds) if (grounds := self._grounds(evidence)) and kind is Kind.ATOM else []
        )
        facts = facts_of(voices, f"{title}\n{body}", missing)
        stated = sanitize.share(written.confidence)
        return Draft(
            kind=kind,
            title=title,
            body=body,
            stated_confidence=stated,
            confidence=weigh(stated, facts),
            reasoning=sanitize.words(written.reasoning, REASONING_LIMIT),
            evidence=evidence,
            source_message_ids=list(dict.fromkeys(each.message_id for each in evidence)),
            unsupported=missing,
            recommendation=sanitize.member(Recommendation, written.recommendation) or Recommendation.MERGE,
            **of_this_kind,
        )

    def _evidence(self, quotes: Sequence[Quote]) -> list[QuotedEvidence]:
        real = [quote for quote in quotes if quote.message_id in self.messages]
        self.dropped.invented_quotes += len(quotes) - len(real)
        return [verified(quote, self.messages[quote.message_id].text) for quote in real[:MAX_QUOTES]]

    def _grounds(self, evidence: Sequence[QuotedEvidence]) -> list[Ground]:
        """The verified quotes of people."""
        people = {each.author for each in self.messages.values()}
        return [
            Ground.heard(self.messages[each.message_id].text, each.start_offset, each.end_offset, people)
            for each in evidence
            if each.start_offset is not None
            and each.end_offset is not None
            and not self.messages[each.message_id].is_bot
        ]

    def _links(self, links: Sequence[LinkDraft], own: UUID, drafts: Sequence[Draft | None]) -> list[ProposedLink]:
        found = {}
        for link in links:
            target = self._target(link.to, drafts)
            link_type = sanitize.member(LinkType, link.link_type)
            if target and link_type and target != own:
                found[target, link_type] = ProposedLink(target, link_type, sanitize.share(link.strength))
        self.dropped.links += len(links) - len(found)
        return list(found.values())

    def _target(self, to: int | UUID, drafts: Sequence[Draft | None]) -> UUID | None:
        """The id of an atom of the same extraction, or of a known one."""
        if isinstance(to, UUID):
            return to if any(atom.id == to for atom in self.window.known_atoms) else None
        target = drafts[to] if 0 <= to < len(drafts) else None
        return target.id if target else None


def topic_names(extraction: Extraction) -> list[str]:
    """The folded names of the drafted topics."""
    return [_key(each.name) for each in extraction.topics]


def without_topics(extraction: Extraction, names: Collection[str]) -> Extraction:
    """The same without the topics of these folded names: what was filed under one has none."""
    topics = [each for each in extraction.topics if _key(each.name) not in names]
    atoms = [replace(each, topic=None) if _key(each.topic or "") in names else each for each in extraction.atoms]
    return replace(extraction, topics=topics, atoms=atoms)


def _key(name: str) -> str:
    return folded(sanitize.one_line(name, TOPIC_LIMIT))


def drafted(
    extraction: Extraction, window: Window, taken: Collection[str], *, tidied: Tidying = sanitize.to_json_safe
) -> tuple[list[Draft], Dropped]:
    """All drafts of an extraction over this window, topics first, and what was dropped. `tidied`: what of free-form
    values is kept."""
    drafter = Drafter(window, set(taken), tidied)
    drafts = drafter.topics(extraction.topics) + drafter.atoms(extraction.atoms)
    return drafts, drafter.dropped


def voice(evidence: QuotedEvidence, said: Message) -> AttributedQuote:
    return AttributedQuote(evidence.quote, evidence.verified, said.author, said.is_bot)


def verified(quote: Quote, text: str) -> QuotedEvidence:
    """The words of the message itself where the quote is found in it, else the quote as it was claimed.

    A quote that touches a secret is covered and loses its place: it proves nothing then, and a person has to look.
    """
    place = locate(quote.text, text)
    if place is None:
        return QuotedEvidence(quote.message_id, sanitize.words(quote.text, QUOTE_LIMIT))
    start, end = place[0], min(place[1], place[0] + QUOTE_LIMIT)
    if any(first < end and start < last for first, last in secret_places(text)):
        return QuotedEvidence(quote.message_id, MASK)
    return QuotedEvidence(quote.message_id, text[start:end], start, end)


def keywords(written: Sequence[str]) -> list[str]:
    tidied = (sanitize.one_line(each, KEYWORD_LIMIT) for each in written[: sanitize.MAX_ITEMS])
    return list(dict.fromkeys(each for each in tidied if each))[:MAX_KEYWORDS]
