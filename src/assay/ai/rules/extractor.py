"""The order of reading: text, then vectors, then judgement. Thinking happens in threads, embedding in between."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from assay.ai.embedder import Embedder
from assay.ai.extractor import WHOLE_CHAT, AtomDraft, ContextLimits, Extraction, LinkDraft, Message, Window
from assay.ai.rules import answers, claims, links, prototypes, repairs, safety, selection
from assay.ai.rules.candidates import AtomCandidate
from assay.ai.rules.decisions import from_decisions
from assay.ai.rules.directives import from_directives
from assay.ai.rules.late_objections import late_objections
from assay.ai.rules.prototypes import Prototypes
from assay.ai.rules.ranking.proposals import RankedProposals, ranked_proposals
from assay.ai.rules.repetition import without_repetition
from assay.ai.rules.selection import Gates
from assay.ai.rules.settled import from_settled
from assay.ai.rules.topic_choice import KnownTopics, filed
from assay.ai.rules.turns import Chat, read_chat
from assay.ai.rules.vectors import VectorCache
from assay.ai.rules.vocabulary import Vocabulary

PER_THOUSAND: Final = 25
BELOW_THE_GATE: Final = 0.3
"""Candidates this far below their gate still help to find and name topics."""


@dataclass(frozen=True, slots=True)
class ChatReading:
    """Everything found in the words alone."""

    chat: Chat
    vocabulary: Vocabulary
    certain: list[AtomCandidate]
    """Candidates that need no meaning to be judged."""
    pairings: list[answers.Pairing]
    repairs: list[repairs.Repair]
    claims: list[claims.ClaimSentence]

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to judge."""
        return not (self.certain or self.pairings or self.texts())

    def texts(self) -> list[str]:
        """What must have a meaning before it can be judged."""
        asked = chain.from_iterable(pairing.texts() for pairing in self.pairings if pairing.answers)
        repaired = chain.from_iterable(repair.texts() for repair in self.repairs)
        return [*asked, *repaired, *(claim.text for claim in self.claims)]


class OfflineExtractor:
    """Finds topics and atoms without a language model. The same window gives the same answer."""

    def __init__(
        self,
        embedder: Embedder,
        *,
        gates: Gates = Gates(),  # noqa: B008  # frozen
        per_thousand: int = PER_THOUSAND,
    ) -> None:
        """`per_thousand`: messages, for which so many proposals are found by ranking; 0: none."""
        self._embedder = embedder
        self._per_thousand = per_thousand
        self._gates = gates
        self._prototypes: Prototypes | None = None

    @property
    def name(self) -> str:
        return "offline"

    @property
    def model(self) -> str:
        return f"rules+{self._embedder.model}"

    @property
    def prompt_version(self) -> str:
        return "rules-1"

    @property
    def limits(self) -> ContextLimits:
        return WHOLE_CHAT

    async def extract(self, window: Window) -> Extraction:
        shown = await asyncio.to_thread(safety.without_secrets, window.in_order)
        reading = await asyncio.to_thread(read, shown)
        vectors = VectorCache(self._embedder)
        weighed = await self._weighed(reading, vectors)
        found = _news(weighed, window)
        await vectors.learn(candidate.title for candidate in found)
        kept, pool = await asyncio.to_thread(self._selected, found, reading.chat, vectors)
        ranked = await asyncio.to_thread(self._ranked, shown, reading.chat, kept, window)
        aside = Extraction(
            refused=_left_out(reading.chat, shown, window),
            objections=tuple(late_objections(weighed, window)),
            unlikely=tuple(_atoms(ranked.unlikely)),
        )
        atoms = [*kept, *ranked.shown]
        if not atoms:
            return aside
        known = (atom.title for atom in window.known_atoms)
        await vectors.learn(chain((each.title for each in ranked.shown), window.known_topics, known))
        await asyncio.to_thread(links.link_to_known, kept, window.known_atoms, vectors)
        names = KnownTopics(window.known_topics, window.proposed_topics)
        drafts = await filed(atoms, [*pool, *ranked.shown], names, reading.chat, reading.vocabulary, vectors)
        return replace(aside, topics=drafts, atoms=_atoms(atoms))

    async def _weighed(self, reading: ChatReading, vectors: VectorCache) -> list[AtomCandidate]:
        if reading.is_empty:
            return []
        learned = await self._learned()
        await vectors.learn(reading.texts())
        return await asyncio.to_thread(_weighed, reading, vectors, learned)

    async def _learned(self) -> Prototypes:
        """The labelled sentences, embedded once in the life of the extractor."""
        if self._prototypes is None:
            vectors = {label: await self._embedder.embed(texts) for label, texts in prototypes.labelled().items()}
            self._prototypes = await asyncio.to_thread(Prototypes, vectors)
        return self._prototypes

    def _ranked(
        self, shown: Sequence[Message], chat: Chat, kept: Sequence[AtomCandidate], window: Window
    ) -> RankedProposals:
        taken = chain.from_iterable(candidate.quotes for candidate in kept)
        found = ranked_proposals(shown, chat, taken, per_thousand=self._per_thousand)
        return RankedProposals(_news(found.shown, window), _news(found.unlikely, window))

    def _selected(
        self, found: Sequence[AtomCandidate], chat: Chat, vectors: VectorCache
    ) -> tuple[list[AtomCandidate], list[AtomCandidate]]:
        """The candidates that stay, and those together with the nearly good ones."""
        single = without_repetition(found, vectors)
        kept = selection.selected(single, self._gates, chat)
        links.link(kept, vectors)
        near = (c for c in single if c.confidence >= self._gates.of(c.source) - BELOW_THE_GATE and c not in kept)
        return kept, [*kept, *near]


def read(messages: Sequence[Message]) -> ChatReading:
    chat = read_chat(messages)
    vocabulary = Vocabulary(chat)
    return ChatReading(
        chat=chat,
        vocabulary=vocabulary,
        certain=[*from_settled(chat, messages), *from_directives(chat), *from_decisions(chat)],
        pairings=answers.pairings(chat),
        repairs=repairs.repairs(chat),
        claims=claims.claim_sentences(chat, vocabulary),
    )


def _left_out(chat: Chat, shown: Sequence[Message], window: Window) -> dict[str, int]:
    """What was not read as it was said, by the names that a language model's run has for it."""
    said = {message.id: message.text for message in window.messages}
    secrets = sum(message.text != said[message.id] for message in shown if message.id in said)
    orders = sum(message_id in said for message_id in chat.withheld)
    counted = {"secrets_masked": secrets, "orders_withheld": orders}
    return {name: number for name, number in counted.items() if number}


def _weighed(reading: ChatReading, vectors: VectorCache, learned: Prototypes) -> list[AtomCandidate]:
    chat = reading.chat
    return [
        *reading.certain,
        *answers.from_pairings(reading.pairings, chat, vectors, learned),
        *answers.open_questions(reading.pairings, chat),
        *repairs.from_repairs(reading.repairs, chat, vectors, learned),
        *claims.from_claims(reading.claims, chat, reading.vocabulary, vectors, learned),
    ]


def _news(found: Iterable[AtomCandidate], window: Window) -> list[AtomCandidate]:
    """The candidates that a message of the window itself speaks for, and not its context alone."""
    new = {message.id for message in window.messages}
    return [candidate for candidate in found if any(quote.message_id in new for quote in candidate.quotes)]


def _atoms(kept: Sequence[AtomCandidate]) -> list[AtomDraft]:
    place = {id(candidate): at for at, candidate in enumerate(kept)}
    return [_atom(candidate, place) for candidate in kept]


def _atom(candidate: AtomCandidate, place: dict[int, int]) -> AtomDraft:
    return AtomDraft(
        type=candidate.type,
        title=candidate.title,
        content=candidate.content,
        confidence=candidate.confidence,
        quotes=candidate.quotes,
        reasoning=candidate.reasoning,
        topic=candidate.topic,
        links=[
            *(LinkDraft(place[id(to)], kind, strength) for to, kind, strength in candidate.links if id(to) in place),
            *(LinkDraft(atom_id, kind, strength) for atom_id, kind, strength in candidate.known_links),
        ],
        meta={"source": candidate.source.value},
        recommendation=candidate.recommendation,
    )
