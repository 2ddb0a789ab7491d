"""One proposal in full."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.factory import embedding_model
from assay.ai.grounding.verdict import Verdict
from assay.cli.merge import quotes, show_fields
from assay.cli.output import moment, printable, say, short
from assay.db.models import SYSTEM_USER_ID, Proposal, ProposalStatus, SimilarityType
from assay.duplicates.active_model import scorer_version
from assay.duplicates.groups import OTHER_THINGS
from assay.duplicates.scale import rounded
from assay.proposals import queries
from assay.review import queries as review
from assay.review.policy import Hold
from assay.settings import Settings
from assay.web.views.detail import MAX_REPEATED, Detail, QuoteView, TrailEntry, detail
from assay.web.views.proposals import BY_KIND, AtomProposalView, ProposalView


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with everything a person needs to decide on it."""

    detail: Detail[Any]
    """As it is answered over HTTP."""
    proposal: Proposal
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
        known = (await review.facts(session, [proposal_id], scorer=await _scorer(session, settings))).get(proposal_id)
        policy = await review.policy(session, settings)
        others = [UUID(each["id"]) for each in proposal.candidates] + [*filter(None, [proposal.topic_proposal_id])]
        like = [each for each in (proposal.similar_proposal_id,) if each]
        view: Any = BY_KIND[proposal.kind].view
        return cls(
            detail=Detail[view].model_validate(await detail(session, proposal, settings)),
            proposal=proposal,
            waiting=frozenset(await queries.pending(session, [*others, *like])),
            repeated_by=await queries.repeating(session, proposal_id, MAX_REPEATED),
            threshold=settings.knowledge_dedup_similarity_threshold,
            asked=policy.threshold_for(known) if known else None,
        )

    @property
    def reasons(self) -> Sequence[Hold]:
        return self.detail.held

    @property
    def proposer(self) -> str:
        return next((each.actor for each in self.detail.trail if each.action == "proposal.created"), "A person")

    @property
    def link_to_like(self) -> str | None:
        """What the extraction found it to be to what it is like."""
        like = str(_like(self.proposal))
        return next((each["link_type"] for each in self.proposal.proposed_links if each["to"] == like), None)

    @property
    def says_something_else(self) -> bool:
        """However alike the two are."""
        return self.proposal.similarity_type is SimilarityType.UPDATE or self.link_to_like in OTHER_THINGS


async def _scorer(session: AsyncSession, settings: Settings) -> str:
    return await scorer_version(session, embedding_model(settings))


def title_of(proposal: ProposalView) -> str:
    """What a person knows it by: the name of a topic, the title of an atom."""
    return proposal.proposed_title if isinstance(proposal, AtomProposalView) else getattr(proposal, "proposed_name", "")


def show_one(found: Shown) -> None:
    """Prints the proposal for a person."""
    proposal = found.proposal
    say(printable(proposal.title), style="bold")
    say(f"{proposal.atom_type or proposal.kind}, {proposal.status}, id {proposal.id}", style="dim")
    if proposal.body not in {"", proposal.title}:
        say(f"\n{printable(proposal.body)}")
    _show_topic(found)
    asked = "" if found.asked is None else f"; the system approves alone from {found.asked:g} on"
    stated = f"the extractor said {rounded(proposal.stated_confidence)}"
    say(f"\nconfidence {rounded(proposal.confidence)} ({stated}){asked}")
    say(printable(proposal.reasoning))
    if found.reasons:
        say(f"It waits for a person: {', '.join(found.reasons)}.", style="yellow")
    if proposal.unsupported and proposal.status is ProposalStatus.PENDING:
        say(f"Its evidence does not say it: {printable('; '.join(proposal.unsupported))}.", style="yellow")
    if proposal.standing not in {None, Verdict.SOUND}:
        say(f"In its conversation: {proposal.standing}, {printable(proposal.standing_because or '')}.", style="yellow")
    for source in found.detail.untrusted_sources:
        say(f"The source {printable(source)!r} is not trusted. Trust it: {_to_trust(source)}", style="yellow")
    if found.asked is not None and proposal.proposed_by_user_id != SYSTEM_USER_ID:
        say(f"{found.proposer} proposed it, so somebody else has to decide on it.", style="yellow")
    if found.detail.went_into:
        say(f"It was merged into {short(found.detail.went_into)}.")
    _show_likeness(found)
    _show_repeated(found)
    _show_links(proposal)
    if proposal.status is ProposalStatus.PENDING and proposal.candidates:
        say(f"\n{_next_step(found)}", style="yellow")
    if old := found.detail.supersedes:
        act = f"assay proposals supersede {short(proposal.id)}"
        say(f"Does it hold instead of {short(old)}, which is approved? {act}", style="yellow")
    show_evidence(found.detail.evidence)
    show_trail(found.detail.trail)


def _to_trust(source: str) -> str:
    return f"assay sources set {shlex.quote(printable(source))} --trust trusted"


def _show_topic(found: Shown) -> None:
    name, topic = found.proposal.topic_name, found.proposal.topic_proposal_id
    pending = f" ({short(topic)}, pending)" if topic in found.waiting else ""
    if name:
        say(f"topic: {printable(name)}{pending}")


def _show_likeness(found: Shown) -> None:
    proposal = found.proposal
    if proposal.similarity_explanation:
        say(f"\nLike {named_like(proposal, found.waiting)}: {printable(proposal.similarity_explanation)}")
    if merge := found.detail.merge:
        brought = f"Merged, it would bring {quotes(merge.evidence_of_source)} with it. The two differ in this:"
        say("Merged all the same, they would come to this:" if found.says_something_else else brought)
        show_fields(merge)
    if proposal.candidates:
        say("\nNearest of what came before it", style="bold")
        say(
            f"  A similarity from {found.threshold:g} on counts as alike. It is the cosine, corrected by the words "
            "that both share and put on one scale for all models; it is not a probability.",
            style="dim",
        )
    for number, each in enumerate(proposal.candidates, 1):
        said = printable(each["title"]) + ("  (pending)" if UUID(each["id"]) in found.waiting else "")
        say(f"  {number}  {rounded(each['score'])}  {short(each['id'])}  {said}", style="dim")
        say(f"           {_measured(each)}", style="dim")


def _show_repeated(found: Shown) -> None:
    if found.repeated_by:
        say("\nLater proposals similar to it: assay proposals groups", style="bold")
    for each in found.repeated_by:
        score = rounded(each.similarity_score or 0)
        say(f"  {score}  {short(each.id)}  {each.similarity_type}  {printable(each.title)}", style="dim")


def named_like(proposal: Proposal, waiting: Collection[UUID]) -> str:
    """What it is like, by its id, and whether that waits itself."""
    like = _like(proposal)
    return f"{short(like) if like else 'nothing'}{' (pending)' if like in waiting else ''}"


def _like(proposal: Proposal) -> UUID | None:
    return proposal.similar_entity_id or proposal.similar_proposal_id


def _show_links(proposal: Proposal) -> None:
    titles = {each["id"]: each["title"] for each in proposal.candidates}
    if proposal.proposed_links:
        pending = proposal.status is ProposalStatus.PENDING
        say(f"\nLinks that approving it {'would make' if pending else 'made'}", style="bold")
    for link in proposal.proposed_links:
        title = printable(titles.get(link["to"], ""))
        say(f"  {link['link_type']} {short(link['to'])}  {title}  ({rounded(link['strength'])})", style="dim")


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
    meaning = "no vector yet" if cosine is None else f"cosine of the meanings {rounded(cosine)}"
    told = "told apart by a person" if candidate.get("dismissed") else candidate.get("type") or "not alike enough"
    return f"{meaning}, letters of the titles {rounded(candidate['trigram'])}: {told}"


def show_trail(trail: Sequence[TrailEntry]) -> None:
    """Prints what happened, oldest first."""
    say("\nHistory", style="bold")
    for each in trail:
        notes = f": {printable(each.notes)}" if each.notes else ""
        say(f"  {moment(each.at)}  {each.action} by {each.actor}{notes}")


def show_evidence(evidence: Sequence[QuoteView]) -> None:
    """Prints quotes, each with who said it, where and when."""
    say("\nEvidence", style="bold")
    for quote in evidence:
        mark = "" if quote.verified else "  (not found in the message)"
        say(
            f"  {printable(quote.author)} in {printable(quote.channel)}, {moment(quote.sent_at)}{mark}",
            style="dim",
        )
        say(f"    “{printable(quote.quote)}”")
        if quote.permalink:
            say(f"    {printable(quote.permalink)}", style="dim")
    if not evidence:
        say("  none")
