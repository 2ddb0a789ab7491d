"""What came of it: the counts, and examples with their reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.cli.model_hint import say_model_hint
from assay.cli.output import printable, program, say, short
from assay.cli.proposal_detail import named_like
from assay.cli.tables import table
from assay.db.models import Proposal, ProposalStatus, SimilarityType, StoredMessage, User
from assay.duplicates.active_model import scorer_version
from assay.duplicates.scale import rounded
from assay.kinds import TRAITS, Kind
from assay.proposals import queries
from assay.proposals.queries import QuoteInContext
from assay.queue.deps import Deps
from assay.review import metrics as review_metrics
from assay.review import queries as review
from assay.review.policy import Hold, Policy
from assay.settings import Settings

EXAMPLES: Final = 3
Which: TypeAlias = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Summary:
    messages: int
    others: int
    """Messages of other sources: somebody's own."""
    runs: int
    states: Mapping[Kind, Counter[ProposalStatus]]
    metrics: dict[str, Any]
    duplicates: dict[SimilarityType, int]
    held: Counter[Hold]
    approved_examples: Sequence[Proposal]
    held_examples: Sequence[tuple[Hold, Proposal]]
    duplicate_examples: Sequence[Proposal]
    waiting: frozenset[UUID]
    """Those that the duplicates are like and nobody decided yet."""
    evidence: dict[UUID, list[QuoteInContext]]

    @classmethod
    async def read(cls, deps: Deps, source: str, colleague: str) -> Self:
        """What came of the messages of one source, and of what a colleague proposed by hand."""
        by_hand = select(User.id).where(User.name == colleague).scalar_subquery()
        ours = or_(Proposal.source == source, Proposal.proposed_by_user_id == by_hand)
        theirs = StoredMessage.source == source
        async with deps.database.transaction() as session:
            scorer = await scorer_version(session, deps.embedder.model)
            policy = await review.policy(session, deps.settings)
            approved = await _surest(session, ours)
            waiting = await _reasons(session, ours, policy, scorer)
            likest = await _likest(session, ours)
            like = [each.similar_proposal_id for each in likest if each.similar_proposal_id]
            return cls(
                messages=await _count(session, StoredMessage.id, theirs),
                others=await _count(session, StoredMessage.id, ~theirs),
                runs=await _count(session, StoredMessage.extraction_run_id.distinct(), theirs),
                states=await _states(session, ours),
                metrics=await review_metrics.document(session, deps.settings, deps.embedder.model),
                duplicates=await _by_likeness(session, ours),
                held=Counter(waiting.values()),
                approved_examples=approved,
                held_examples=await _one_of_each(session, waiting),
                duplicate_examples=likest,
                waiting=frozenset(await queries.pending(session, like)),
                evidence=await queries.evidence(session, [each.id for each in approved]),
            )

    def of_each_kind(self, status: ProposalStatus) -> dict[str, int]:
        return {TRAITS[kind].plural: self.states[kind][status] for kind in Kind}

    def proposals(self) -> dict[str, int]:
        """How many there are of each kind, whatever became of them."""
        return {TRAITS[kind].plural: self.states[kind].total() for kind in Kind}

    def document(self) -> dict[str, Any]:
        return {
            "messages": self.messages,
            "runs": self.runs,
            "proposals": self.proposals(),
            "duplicates": sum(self.duplicates.values()),
            "duplicates_by_type": self.duplicates,
            "approved": self.of_each_kind(ProposalStatus.APPROVED),
            "pending": self.of_each_kind(ProposalStatus.PENDING),
            "held": dict(self.held.most_common()),
            "metrics": self.metrics,
        }


def print_summary(found: Summary, settings: Settings) -> None:
    """Tells a person what came of it and what to look at next."""
    say(f"\n{found.messages} messages were read. What they teach was weighed:\n", style="bold")
    table(
        ["", "proposed", "approved", "waiting"],
        [
            (
                plural,
                found.proposals()[plural],
                found.of_each_kind(ProposalStatus.APPROVED)[plural],
                found.of_each_kind(ProposalStatus.PENDING)[plural],
            )
            for plural in found.proposals()
        ],
    )
    if found.others:
        say(
            f"\n{found.others:,} messages from other sources, and what came of them, are not counted here.", style="dim"
        )
    _print_approved(found)
    _print_held(found)
    _print_duplicates(found)
    name = program()
    say("\nLook next", style="bold")
    say(f"  {name} proposals list             what waits for you")
    if found.held_examples:
        say(f"  {name} proposals show {short(found.held_examples[0][1].id)}    one of them in full, with its evidence")
    say(f"  {name} atoms                      what is known now")
    say(f"  {name} metrics                    how well the machine decides")
    say_model_hint(settings)


def _print_approved(found: Summary) -> None:
    say("\nApproved by the machine, for example", style="bold")
    for proposal in found.approved_examples:
        say(f"  {_headline(proposal)}", style="green")
        for quote in found.evidence.get(proposal.id, [])[:EXAMPLES]:
            say(f"      {printable(quote.author)}, {quote.sent_at:%-d %b}: “{printable(quote.quote)}”", style="dim")


def _print_held(found: Summary) -> None:
    say("\nHeld for a person, by the first reason of each", style="bold")
    for hold, number in found.held.most_common():
        say(f"  {number:4}  {hold}")
    for hold, proposal in found.held_examples:
        say(f"  {_headline(proposal)}", style="yellow")
        say(f"      held: {hold} (confidence {rounded(proposal.confidence)})", style="dim")


def _print_duplicates(found: Summary) -> None:
    kinds = ", ".join(f"{number} {likeness}" for likeness, number in found.duplicates.items())
    say(f"\nMarked as duplicates ({kinds or 'none'}), for example", style="bold")
    for proposal in found.duplicate_examples:
        say(f"  {_headline(proposal)}", style="magenta")
        like = f"{proposal.similarity_type}, like {named_like(proposal, found.waiting)}"
        say(f"      {like}: {printable(proposal.similarity_explanation or '')}", style="dim")


def _headline(proposal: Proposal) -> str:
    return f"{short(proposal.id)}  {proposal.atom_type or proposal.kind}: {printable(proposal.title)}"


async def _count(session: AsyncSession, column: Any, which: Which) -> int:
    return await session.scalar(select(func.count(column)).where(which)) or 0


async def _states(session: AsyncSession, ours: Which) -> dict[Kind, Counter[ProposalStatus]]:
    counted = select(Proposal.kind, Proposal.status, func.count()).where(ours).group_by(Proposal.kind, Proposal.status)
    found: dict[Kind, Counter[ProposalStatus]] = {kind: Counter() for kind in Kind}
    for kind, status, number in await session.execute(counted):
        found[kind][status] = number
    return found


async def _by_likeness(session: AsyncSession, ours: Which) -> dict[SimilarityType, int]:
    rows = await session.execute(
        select(Proposal.similarity_type, func.count())
        .where(Proposal.similarity_type.is_not(None), ours)
        .group_by(Proposal.similarity_type)
        .order_by(func.count().desc())
    )
    return {likeness: number for likeness, number in rows if likeness}


async def _surest(session: AsyncSession, ours: Which) -> Sequence[Proposal]:
    found = await session.scalars(
        select(Proposal)
        .where(Proposal.status == ProposalStatus.APPROVED, Proposal.auto_approved, ours)
        .order_by(func.cardinality(Proposal.source_message_ids).desc(), Proposal.confidence.desc(), Proposal.id)
        .limit(EXAMPLES)
    )
    return found.all()


async def _reasons(session: AsyncSession, ours: Which, policy: Policy, scorer: str) -> dict[UUID, Hold]:
    """The first reason of each of our proposals that waits."""
    ids = set(await session.scalars(select(Proposal.id).where(ours, Proposal.status == ProposalStatus.PENDING)))
    reasons = await review.first_reasons(session, policy, scorer=scorer)
    return {each: hold for each, hold in reasons.items() if each in ids}


async def _one_of_each(session: AsyncSession, waiting: Mapping[UUID, Hold]) -> Sequence[tuple[Hold, Proposal]]:
    """A proposal for each of the first few reasons to wait."""
    examples: dict[Hold, UUID] = {}
    for proposal_id, hold in waiting.items():
        examples.setdefault(hold, proposal_id)
    chosen = sorted(examples.items(), key=lambda pair: pair[0] is Hold.BELOW_THRESHOLD)[:EXAMPLES]
    return [(hold, await queries.get(session, proposal_id)) for hold, proposal_id in chosen]


async def _likest(session: AsyncSession, ours: Which) -> Sequence[Proposal]:
    """The likest of each type of likeness."""
    found = await session.scalars(
        select(Proposal)
        .where(Proposal.similarity_type.is_not(None), ours)
        .distinct(Proposal.similarity_type)
        .order_by(Proposal.similarity_type, Proposal.similarity_score.desc(), Proposal.id)
    )
    return found.all()
