"""One proposal in full."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.choose import embedding_model
from assay.cli.merging import quotes, show_fields
from assay.cli.output import console, printable, say, short
from assay.db.models import SYSTEM_USER_ID, Proposal, ProposalStatus, SimilarityType
from assay.duplicates.explanation import rounded
from assay.duplicates.groups import OTHER_THINGS
from assay.duplicates.serving import scorer_version
from assay.proposals import queries
from assay.proposals.merge_statements import survivors
from assay.proposals.preview import Preview, preview_of_likeness
from assay.proposals.queries import QuoteInContext
from assay.review import queries as review
from assay.review.policy import Hold
from assay.settings import Settings

_HIDDEN = frozenset({"title_key", "identity_key", "topic_key", "words"})
MOST_REPEATED = 5


def document(proposal: Proposal) -> dict[str, Any]:
    """The proposal as JSON."""
    columns = proposal.__table__.columns.keys()
    return {name: getattr(proposal, name) for name in columns if name not in _HIDDEN}


async def first_reasons(session: AsyncSession, ids: Sequence[UUID], settings: Settings) -> dict[UUID, Hold]:
    """The first reason why each of the proposals waits for a person, where it does."""
    policy = await review.policy(session, settings)
    facts = await review.facts(session, ids, scorer=await scorer_version(session, embedding_model(settings)))
    return {each: hold for each, known in facts.items() if (hold := policy.hold(known))}


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with everything a person needs to decide on it."""

    proposal: Proposal
    evidence: Sequence[QuoteInContext]
    trail: Sequence[Row[Any]]
    reasons: Sequence[Hold]
    """Why the system does not approve it alone; empty where it may, or where it is decided."""
    merge: Preview | None
    """What merging it into the entity that it is like would do."""
    went_into: UUID | None
    """Where the knowledge is now that it became, where that was merged into another."""
    waiting: frozenset[UUID]
    """Those of the candidates that nobody decided yet, and its topic where that is so of it."""
    repeated_by: Sequence[Proposal]
    """The first of those that came later, wait, and are like it."""
    threshold: float
    """The similarity from which two statements count as alike."""
    asked: float | None
    """The confidence from which the system may approve it alone; None where it is decided."""

    @classmethod
    async def read(cls, session: AsyncSession, proposal_id: UUID, settings: Settings) -> Self:
        """Raises NotFound."""
        proposal = await queries.get(session, proposal_id)
        scorer = await scorer_version(session, embedding_model(settings))
        facts = await review.facts(session, [proposal_id], scorer=scorer)
        known, policy = facts.get(proposal_id), await review.policy(session, settings)
        sources = (await queries.behind(session, [proposal_id]))[proposal_id]
        quoted = await queries.evidence(session, sources)
        others = [UUID(each["id"]) for each in proposal.candidates] + [*filter(None, [proposal.topic_proposal_id])]
        decided = proposal.status in {ProposalStatus.APPROVED, ProposalStatus.MERGED}
        return cls(
            proposal=proposal,
            evidence=[quote for each in sources for quote in quoted.get(each, [])],
            trail=await queries.trail(session, proposal_id),
            merge=await preview_of_likeness(session, proposal),
            went_into=(await survivors(session, [proposal_id])).get(proposal_id) if decided else None,
            reasons=policy.reasons(known) if known else [],
            waiting=frozenset(await queries.pending(session, others)),
            repeated_by=await queries.repeating(session, proposal_id, MOST_REPEATED),
            threshold=settings.knowledge_dedup_similarity_threshold,
            asked=policy.threshold_for(known) if known else None,
        )

    @property
    def proposer(self) -> str:
        return next((row.actor for row in self.trail if row.action == "proposal.created"), "A person")

    @property
    def link_to_like(self) -> str | None:
        """What the extraction found it to be to what it is like."""
        like = str(_like(self.proposal))
        return next((each["link_type"] for each in self.proposal.proposed_links if each["to"] == like), None)

    @property
    def says_something_else(self) -> bool:
        """However alike the two are."""
        return self.proposal.similarity_type is SimilarityType.UPDATE or self.link_to_like in OTHER_THINGS

    def document(self) -> dict[str, Any]:
        return {
            **document(self.proposal),
            "held": next(iter(self.reasons), None),
            "reasons": list(self.reasons),
            "went_into": self.went_into if self.went_into != self.proposal.id else None,
            "merge": self.merge and asdict(self.merge),
            "repeated_by": [each.id for each in self.repeated_by],
            "evidence": [asdict(each) for each in self.evidence],
            "trail": [row._asdict() for row in self.trail],
        }


def show_one(found: Shown) -> None:
    """Prints the proposal for a person."""
    proposal = found.proposal
    say(printable(proposal.title), style="bold")
    say(f"{proposal.atom_type or proposal.kind}, {proposal.status}, id {proposal.id}", style="dim")
    if proposal.body not in {"", proposal.title}:
        say(f"\n{printable(proposal.body)}")
    _show_topic(found)
    asked = "" if found.asked is None else f"; the system approves alone from {found.asked:.2f} on"
    say(f"\nconfidence {proposal.confidence:.2f} (the extractor said {proposal.stated_confidence:.2f}){asked}")
    say(printable(proposal.reasoning))
    if found.reasons:
        say(f"It waits for a person: {', '.join(found.reasons)}.", style="yellow")
    if found.asked is not None and proposal.proposed_by_user_id != SYSTEM_USER_ID:
        say(f"{found.proposer} proposed it, and may not decide on it: that is for somebody else.", style="yellow")
    if found.went_into and found.went_into != proposal.id:
        say(f"It was merged into {short(found.went_into)}.")
    _show_likeness(found)
    _show_repeated(found)
    _show_links(proposal)
    if proposal.status is ProposalStatus.PENDING and proposal.candidates:
        say(f"\n{_next_step(found)}", style="yellow")
    _show_evidence(found.evidence)
    say("\nHistory", style="bold")
    for row in found.trail:
        say(f"  {row.at:%Y-%m-%d %H:%M}  {row.action} by {row.actor}{f': {printable(row.notes)}' if row.notes else ''}")


def _show_topic(found: Shown) -> None:
    name, topic = found.proposal.topic_name, found.proposal.topic_proposal_id
    pending = f" ({short(topic)}, pending)" if topic in found.waiting else ""
    if name:
        say(f"topic: {printable(name)}{pending}")


def _show_likeness(found: Shown) -> None:
    proposal = found.proposal
    if proposal.similarity_explanation:
        like = _like(proposal)
        waits = " (pending)" if like in found.waiting else ""
        say(f"\nLike {short(like) if like else 'nothing'}{waits}: {printable(proposal.similarity_explanation)}")
    if found.merge:
        brought = f"Merged, it would bring {quotes(found.merge.evidence_of_source)} with it. The two differ in this:"
        say("Merged all the same, they would come to this:" if found.says_something_else else brought)
        show_fields(found.merge)
    if proposal.candidates:
        say("\nNearest of what came before it", style="bold")
        say(
            f"  A similarity from {found.threshold:.2f} on counts as alike. It is the cosine, corrected by the words "
            "that both share and put on one scale for all models; it is no probability.",
            style="dim",
        )
    for number, each in enumerate(proposal.candidates, 1):
        said = printable(each["title"]) + ("  (pending)" if UUID(each["id"]) in found.waiting else "")
        say(f"  {number}  {rounded(each['score'])}  {short(each['id'])}  {said}", style="dim")
        say(f"           {_measured(each)}", style="dim")


def _show_repeated(found: Shown) -> None:
    if found.repeated_by:
        say("\nLater proposals that are like it: assay proposals groups", style="bold")
    for each in found.repeated_by:
        score = rounded(each.similarity_score or 0)
        say(f"  {score}  {short(each.id)}  {each.similarity_type}  {printable(each.title)}", style="dim")


def _like(proposal: Proposal) -> UUID | None:
    return proposal.similar_entity_id or proposal.similar_proposal_id


def _show_links(proposal: Proposal) -> None:
    titles = {each["id"]: each["title"] for each in proposal.candidates}
    if proposal.proposed_links:
        pending = proposal.status is ProposalStatus.PENDING
        say(f"\nLinks that approving it {'would make' if pending else 'made'}", style="bold")
    for link in proposal.proposed_links:
        title = printable(titles.get(link["to"], ""))
        say(f"  {link['link_type']} {short(link['to'])}  {title}  ({link['strength']:.2f})", style="dim")


def _next_step(found: Shown) -> str:
    """What a person does with a proposal that has neighbours, by what it looks like."""
    proposal, like = found.proposal, _like(found.proposal)
    each = short(proposal.id)
    with_topics = " --with-topics" if proposal.topic_proposal_id in found.waiting else ""
    decide = f"assay proposals approve {each}{with_topics}, or assay proposals reject {each}"
    number = next((place for place, known in enumerate(proposal.candidates, 1) if known["id"] == str(like)), "NUMBER")
    merge = f"assay proposals merge {each} --into {number} --preview"
    if like is None:
        return f"Decide: {decide}\nThe same as one of those? {merge}"
    if like in found.waiting:
        merge += " --approve-target"
    if found.says_something_else:
        why = (
            f"It {found.link_to_like} the other" if found.link_to_like in OTHER_THINGS else "They say different things"
        )
        other = "The other one stays as it is, whatever you decide."
        return f"{why}. Does this one hold? {decide}\n{other}\nThe same after all? {merge}"
    if proposal.similarity_type is SimilarityType.EXACT:
        return f"The same: {merge}"
    return f"The same? {merge}\nNot the same? assay proposals not-duplicate {each}"


def _measured(candidate: Mapping[str, Any]) -> str:
    """What the similarity comes from, besides the words of both, and what was made of it."""
    cosine = candidate["cosine"]
    meaning = "no vector yet" if cosine is None else f"cosine of the meanings {cosine:.2f}"
    told = "told apart by a person" if candidate.get("dismissed") else candidate.get("type") or "not alike enough"
    return f"{meaning}, letters of the titles {candidate['trigram']:.2f}: {told}"


def _show_evidence(evidence: Sequence[QuoteInContext]) -> None:
    say("\nEvidence", style="bold")
    for quote in evidence:
        mark = "" if quote.verified else "  (not found in the message)"
        say(
            f"  {printable(quote.author)} in {printable(quote.channel)}, {quote.sent_at:%Y-%m-%d %H:%M}{mark}",
            style="dim",
        )
        say(f"    “{printable(quote.quote)}”")
    if not evidence:
        console.print("  none")
