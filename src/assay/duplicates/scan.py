"""Marking what repeats something known or proposed earlier, and clearing the rest.

Of two proposals that say the same the earlier one stays clear: each is compared with all live entities and with the
pending proposals that arrived before it. The lock of the decisions is held, so that nothing is decided meanwhile.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.embedder import Embedder
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import outright, update_rows
from assay.db.engine import Database
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import MAX_FAILURES, MAX_REST, DedupState, Embedding, Proposal, ProposalStatus
from assay.duplicates import candidates, scale, scorer, vectors, verdicts
from assay.duplicates.active_model import scorer_version
from assay.duplicates.claim import Claim
from assay.duplicates.ranking import Finding, Near, findings, score_candidates
from assay.duplicates.solutions import solution_pairs
from assay.duplicates.sql import words as sql
from assay.kinds import Kind
from assay.messaging.events import DuplicateDetected
from assay.messaging.requests import REVIEW, request
from assay.proposals.failures import reset_failures

PARTS_EACH: Final = 2
"""Into so many parts a batch is divided for each connection that searches."""


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """How many proposals were looked at, and how many of them repeat something."""

    scanned: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class ScannedProposal:
    """A pending proposal whose row this transaction holds."""

    claim: Claim
    state: DedupState
    dimensions: int

    @property
    def was_owed(self) -> bool:
        """The look had not been taken yet, or had failed: what failed until now did not fail this time."""
        return self.state in {DedupState.UNCHECKED, DedupState.ERROR}


async def embed_missing(database: Database, embedder: Embedder, limit: int) -> int:
    """Gives vectors to what has none, entities before proposals. The model works while no transaction is open."""
    async with database.transaction() as session:
        subjects = await vectors.missing(session, embedder.model, limit)
    if not subjects:
        return 0
    embedded = await embedder.embed([subject.text for subject in subjects])
    async with database.transaction() as session:
        await vectors.ensure_indexes(session, embedder.model, embedder.dimensions)
        return await vectors.write(session, embedder.model, subjects, embedded)


async def next_batch(session: AsyncSession, *, model: str, limit: int, at: datetime | None = None) -> list[UUID]:
    """The pending proposals to look at, oldest first: those that rest no more at that moment, by default now.

    None while a live entity has no vector of the model: what it says could not be found.
    """
    if not await vectors.all_entities_have(session, model):
        return []
    at, scorer = at or now(), await scorer_version(session, model)
    rests_no_more = or_(Proposal.retry_at.is_(None), Proposal.retry_at <= at, Proposal.retry_at > at + MAX_REST)
    not_judged = Proposal.dedup_state.in_((DedupState.UNCHECKED, DedupState.ERROR))
    has_vector = exists().where(Embedding.subject_id == Proposal.id, Embedding.model == model)
    found = (
        select(Proposal.id)
        .where(
            outright(Proposal.status, ProposalStatus.PENDING),
            Proposal.failures < MAX_FAILURES,
            rests_no_more,
            or_(not_judged, Proposal.dedup_scorer.is_distinct_from(scorer)),
            has_vector,
        )
        .order_by(Proposal.created_at, Proposal.id)
        .limit(limit)
    )
    return list(await session.scalars(found))


async def scan(
    session: AsyncSession,
    ids: Sequence[UUID],
    *,
    model: str,
    threshold: float,
    actor: Actor,
    extra_connection: AsyncSession | None = None,
) -> ScanOutcome:
    """Looks at those of the proposals that are pending and have a vector; marks or clears each of them.

    `extra_connection`: a second connection that searches meanwhile. It does not see what `session` has changed.
    """
    searchers = [session] if extra_connection is None else [session, extra_connection]
    said = await _judge_and_stamp(session, searchers, ids, model, threshold, actor)
    duplicates = sum(verdict.match is not None for verdict in said)
    if duplicates < len(said):
        await request(session, REVIEW)
    return ScanOutcome(len(said), duplicates)


async def recheck(
    session: AsyncSession, ids: Sequence[UUID], *, model: str, threshold: float, actor: Actor
) -> set[UUID]:
    """Looks once more in the transaction that approves. Returns what is not proven to be new.

    That is what repeats something by now, what could not be compared, and everything while a live entity has no
    vector of the model.
    """
    await hold_until_commit(session, DECISIONS)
    if not await vectors.all_entities_have(session, model):
        return set(ids)
    said = await _judge_and_stamp(session, [session], ids, model, threshold, actor)
    return set(ids) - {verdict.proposal.id for verdict in said if verdict.match is None}


async def _judge_and_stamp(
    session: AsyncSession,
    searchers: Sequence[AsyncSession],
    ids: Sequence[UUID],
    model: str,
    threshold: float,
    actor: Actor,
) -> list[Finding]:
    await hold_until_commit(session, DECISIONS)
    measured_by = await scale.in_force(session, model)
    locked = await _lock(session, ids, model)
    if not locked:
        return []
    proposals = {each: row.claim for each, row in locked.items()}
    dimensions = next(iter(locked.values())).dimensions
    near = await _near(searchers, proposals, model, dimensions, measured_by, threshold)
    alike = [each.pair for each in near if each.closeness is not None]
    linked = await solution_pairs(session, alike)
    near = [each for each in near if (each.proposal.id, each.candidate.id) not in linked]
    dismissed = await verdicts.dismissed(session, alike)
    said = await asyncio.to_thread(findings, proposals, near, dismissed)
    await _stamp(session, said, measured_by.version)
    await reset_failures(session, [each for each, row in locked.items() if row.was_owed])
    new = [each for each in said if each.match and locked[each.proposal.id].state is not DedupState.DUPLICATE]
    await record(session, actor, [_detected(verdict) for verdict in new])
    return said


async def _near(
    searchers: Sequence[AsyncSession],
    proposals: Mapping[UUID, Claim],
    model: str,
    dimensions: int,
    measured_by: scale.Scale,
    threshold: float,
) -> list[Near]:
    """What each is like. The searchers share the parts; what one has found is judged while it searches on."""
    nearest, ids, scoring = scorer.min_cosine(measured_by, threshold), list(proposals), []
    number = PARTS_EACH * len(searchers)
    parts = iter([part for start in range(number) if (part := ids[start::number])])

    async def search(session: AsyncSession) -> None:
        await candidates.prepare(session)
        for part in parts:
            found = await candidates.find(session, part, model=model, dimensions=dimensions, min_cosine=nearest)
            scored = asyncio.to_thread(score_candidates, proposals, found, measured_by, threshold)
            scoring.append(asyncio.create_task(scored))

    # a failure is raised when no other search is at work in these transactions any more, and all was judged
    failures = await asyncio.gather(*map(search, searchers), return_exceptions=True)
    scored_together = await asyncio.gather(*scoring, return_exceptions=True)
    for failure in (*failures, *scored_together):
        if isinstance(failure, BaseException):
            raise failure
    return [near for part in scored_together if not isinstance(part, BaseException) for near in part]


async def _lock(session: AsyncSession, ids: Sequence[UUID], model: str) -> dict[UUID, ScannedProposal]:
    rows = await session.execute(sql.LOCK, {"ids": list(ids), "model": model})
    return {
        row.id: ScannedProposal(
            Claim(row.id, Kind(row.kind), row.title, row.body, row.identity_key),
            DedupState(row.dedup_state),
            row.dimensions,
        )
        for row in rows
    }


def _row(verdict: Finding) -> dict[str, Any]:
    match, target = verdict.match, verdict.match and verdict.match.candidate
    return {
        "dedup_state": DedupState.DUPLICATE if match else DedupState.CLEAR,
        "similar_entity_id": target.id if target and target.is_entity else None,
        "similar_proposal_id": target.id if target and not target.is_entity else None,
        "similarity_score": match and match.score,
        "similarity_type": match and match.type,
        "similarity_explanation": match and match.explanation,
        "candidates": verdict.nearest,
    }


async def _stamp(session: AsyncSession, said: Sequence[Finding], version: str) -> None:
    stamps = {"dedup_checked_at": now(), "dedup_scorer": version}
    rows = {str(verdict.proposal.id): {**_row(verdict), **stamps} for verdict in said}
    if rows:
        await update_rows(session, Proposal, rows, list(next(iter(rows.values()))))


def _detected(verdict: Finding) -> Record:
    row = _row(verdict)
    event = DuplicateDetected(
        verdict.proposal.id, row["similar_entity_id"], row["similar_proposal_id"], row["similarity_score"]
    )
    return Record.of(
        event,
        subject_id=verdict.proposal.id,
        entity_type=verdict.proposal.kind,
        detail={"type": row["similarity_type"], "explanation": row["similarity_explanation"]},
    )
