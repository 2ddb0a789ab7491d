"""Puts the screen of one proposal together from what the rooms know."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import people
from assay.accounts.identity import Identity
from assay.ai.factory import embedding_model
from assay.db.models import Proposal, ProposalStatus, Scope
from assay.duplicates import comparison
from assay.duplicates.active_model import scorer_version
from assay.duplicates.comparison import Other
from assay.errors import NotFound
from assay.extraction import breakdown, neighbours
from assay.extraction import queries as messages
from assay.kinds import Kind
from assay.proposals import contradictions, dependents, queries, reservations, seen_versions
from assay.proposals.merge.preview import preview_of_similar
from assay.review import queries as review
from assay.review.reasons import told
from assay.settings import Settings
from assay.sources.queries import untrusted_sources
from assay.web.views.detail import CandidateView, quotes_behind, went_into
from assay.web.views.proposals import BY_KIND
from assay.web.views.records import NamedUser
from assay.web.views.screen import (
    ChangedFact,
    ClaimView,
    Dependents,
    HoldView,
    MatchView,
    OtherView,
    PieceView,
    QuoteOnScreen,
    ReviewScreen,
    ScreenCandidate,
    SeenView,
    Titled,
    TopicOfAtom,
)

NEIGHBOURS: Final = 2
"""Messages before a quoted one, and after it."""
PEOPLE: Final = ("proposed_by_user_id", "assignee_user_id", "reviewed_by_user_id", "edited_by_user_id")


async def screen(
    session: AsyncSession, proposal: Proposal, settings: Settings, who: Identity, against: UUID | None = None
) -> ReviewScreen:
    """`against`: what to set it beside, in place of what it is like. Raises NotFound where there is no such thing."""
    known = await _others(session, proposal, against)
    waiting = await dependents.waiting_on(session, proposal.id)
    refusal = _cannot_decide(proposal, who)
    held = await _held(session, proposal, settings)
    claim = (await reservations.of(session, [proposal.id])).get(proposal.id)
    last_seen = await seen_versions.by(session, proposal, user_id=who.actor.user_id)
    return ReviewScreen.model_validate(
        {
            "proposal": BY_KIND[proposal.kind].view.model_validate(proposal),
            "title": proposal.title,
            "body": proposal.body,
            "people": await _people(session, proposal),
            "may_decide": refusal is None,
            "cannot_decide_because": refusal,
            "match": _match(proposal, known, against),
            "candidates": [_candidate(each, known) for each in proposal.candidates],
            "merge": await preview_of_similar(session, proposal),
            "evidence": await _evidence(session, proposal.id),
            "held": held,
            "untrusted_sources": await untrusted_sources(session, proposal.id) if held else [],
            "confidence": await breakdown.parts_of(session, proposal),
            "topic": await _topic(session, proposal),
            "dependents": _dependents(waiting),
            "supersedes": await _superseded(session, proposal),
            "went_into": await went_into(session, proposal),
            "claim": ClaimView.model_validate(claim) if claim else None,
            "snoozed_until": proposal.snoozed_until,
            "expires_at": expiry(proposal.status, proposal.refreshed_at, settings),
            "seen": SeenView.model_validate(last_seen) if last_seen else None,
            "history": await queries.trail(session, proposal.id),
        }
    )


def expiry(status: ProposalStatus, refreshed_at: datetime, settings: Settings) -> datetime | None:
    """When a pending proposal is rejected by itself."""
    if status is not ProposalStatus.PENDING:
        return None
    return refreshed_at + timedelta(days=settings.knowledge_proposal_expiration_days)


def _cannot_decide(proposal: Proposal, who: Identity) -> str | None:
    if not who.may(Scope.REVIEW):
        return "You may read, and not decide."
    if proposal.proposed_by_user_id == who.actor.user_id:
        return "You proposed it: somebody else decides."
    return "Its text was erased together with the messages it rested on." if proposal.erased_at else None


def _like(proposal: Proposal) -> UUID | None:
    return proposal.similar_entity_id or proposal.similar_proposal_id


async def _others(session: AsyncSession, proposal: Proposal, against: UUID | None) -> dict[UUID, Other]:
    wanted = [against, _like(proposal), *(UUID(each["id"]) for each in proposal.candidates)]
    found = await comparison.others(session, list({each for each in wanted if each}))
    if against and (against not in found or found[against].kind is not proposal.kind):
        raise NotFound(f"There is no {proposal.kind} {against} to set it beside.")
    return found


def _match(proposal: Proposal, known: dict[UUID, Other], against: UUID | None) -> MatchView | None:
    beside = against or _like(proposal)
    if beside is None or beside not in known:
        return None
    found = comparison.compared(known[beside], proposal.title, proposal.body)
    marked = beside == _like(proposal)
    candidate: dict[str, Any] = next((each for each in proposal.candidates if each["id"] == str(beside)), {})
    return MatchView(
        other=OtherView.model_validate(known[beside]),
        type=proposal.similarity_type if marked else candidate.get("type"),
        score=proposal.similarity_score if marked else candidate.get("score"),
        explanation=proposal.similarity_explanation if marked else None,
        title=[PieceView.model_validate(each) for each in found.title],
        body=[PieceView.model_validate(each) for each in found.body],
        changed_facts=[ChangedFact.of(each) for each in found.changed_facts],
    )


def _candidate(shown: dict[str, Any], known: dict[UUID, Other]) -> ScreenCandidate:
    other, seen_as = known.get(UUID(shown["id"])), CandidateView.of(shown)
    now = {"title": other.title, "is_entity": other.is_entity} if other else {}
    return ScreenCandidate(
        **{**dict(seen_as), **now}, body=other.body if other else None, state=other.state if other else None
    )


async def _evidence(session: AsyncSession, proposal_id: UUID) -> list[QuoteOnScreen]:
    quotes = await quotes_behind(session, proposal_id)
    ids = [each.message_id for each in quotes]
    said = await messages.by_id(session, ids)
    near = await neighbours.around(session, ids, before=NEIGHBOURS, after=NEIGHBOURS)
    return [
        QuoteOnScreen.model_validate(
            {
                "quote": each.quote,
                "verified": each.verified,
                "start_offset": each.start_offset,
                "end_offset": each.end_offset,
                "message": said[each.message_id],
                "before": near[each.message_id].before,
                "after": near[each.message_id].after,
            }
        )
        for each in quotes
    ]


async def _held(session: AsyncSession, proposal: Proposal, settings: Settings) -> list[HoldView]:
    policy = await review.policy(session, settings)
    scorer = await scorer_version(session, embedding_model(settings))
    facts = (await review.facts(session, [proposal.id], scorer=scorer)).get(proposal.id)
    if facts is None:
        return []
    return [HoldView(reason=each, words=told(each, facts, policy)) for each in policy.reasons(facts)]


async def _topic(session: AsyncSession, proposal: Proposal) -> TopicOfAtom | None:
    named = proposal.topic_entity_id or proposal.topic_proposal_id
    if proposal.kind is not Kind.ATOM or (named is None and proposal.topic_name is None):
        return None
    found = (await comparison.others(session, [named])).get(named) if named else None
    if found is None:
        return TopicOfAtom(id=None, name=proposal.topic_name or "", state="new")
    return TopicOfAtom(id=found.id, name=found.title, state=found.state)


async def _superseded(session: AsyncSession, proposal: Proposal) -> Titled | None:
    old = await contradictions.superseded_by(session, proposal)
    found = (await comparison.others(session, [old])).get(old) if old else None
    return Titled(id=found.id, title=found.title) if found else None


def _dependents(waiting: dependents.WaitingOn) -> Dependents:
    return Dependents(
        atoms=waiting.atoms.number,
        first_atoms=_titled(waiting.atoms.first),
        repeats=waiting.repeats.number,
        first_repeats=_titled(waiting.repeats.first),
        questioned_by=_titled(waiting.questioned_by),
    )


def _titled(rows: Sequence[Any]) -> list[Titled]:
    return [Titled(id=each.id, title=each.title) for each in rows]


async def _people(session: AsyncSession, proposal: Proposal) -> dict[int, NamedUser]:
    found = await people.named(session, (getattr(proposal, name) for name in PEOPLE))
    return {each: NamedUser.model_validate(user) for each, user in found.items()}
