"""What the policy needs to know."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.grounding.verdict import Verdict
from assay.clock import now
from assay.db.bulk import outright
from assay.db.models import MAX_FAILURES, MAX_REST, SYSTEM_USER_ID, DedupState, Proposal, ProposalStatus, Recommendation
from assay.kinds import AtomType, Kind, Proposer
from assay.policies import queries as policies
from assay.review.policy import Facts, Hold, Policy
from assay.review.sql import facts as sql
from assay.settings import Settings
from assay.text.naming import is_name

PAGE: Final = 1000
Position = tuple[datetime, UUID]


async def policy(session: AsyncSession, settings: Settings) -> Policy:
    """The policy in force at this moment."""
    return Policy.of(settings, await policies.current(session))


async def facts(session: AsyncSession, ids: Sequence[UUID], *, scorer: str) -> dict[UUID, Facts]:
    """What the policy must know of those of the proposals that are pending."""
    rows = await session.execute(sql.THESE, {"ids": list(ids)})
    return {row["id"]: _facts(row, scorer, now()) for row in rows.mappings()}


async def pending_topics(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The topic that each of these proposals waits for, where it waits for one."""
    found = await session.execute(sql.PENDING_TOPICS, {"ids": list(ids)})
    return dict(found.tuples().all())


async def questioned(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the proposals of which a later pending one is an update."""
    return set(await session.scalars(sql.QUESTIONED, {"ids": list(ids)}))


async def page(
    session: AsyncSession, kind: Kind, *, least: float, scorer: str, after: Position | None, limit: int
) -> tuple[dict[UUID, Facts], Position | None]:
    """The next pending proposals of at least this confidence, oldest first, and where the page after them begins."""
    where = {"kind": kind, "least": least, "at": after and after[0], "id": after and after[1]}
    rows = (await session.execute(sql.PAGE, {**where, "limit": limit})).mappings().all()
    found = {row["id"]: _facts(row, scorer, now()) for row in rows}
    return found, ((rows[-1]["created_at"], rows[-1]["id"]) if len(rows) == limit else None)


@dataclass(frozen=True, slots=True)
class Alike:
    """Proposals that the policy cannot tell apart, and what became of them."""

    facts: Facts
    """Of one of them."""
    status: ProposalStatus
    by_people: bool
    number: int
    topics: Sequence[UUID] = ()
    """Of topics their ids, of atoms those of the topics they wait for; one for each where that decides something."""


async def everything(session: AsyncSession, *, scorer: str, thresholds: Iterable[float]) -> AsyncIterator[Alike]:
    """All proposals, in one statement: those together that no policy of these thresholds tells apart, atoms first.

    What is decided is shown as it was before: scanned by what was current then, and its topic as approved. Until the
    end of the transaction nothing is joined row by row: where the statistics are wrong that would never end.
    """
    at = now()
    await session.execute(select(func.set_config("enable_nestloop", "off", True)))
    rows = await session.stream(sql.ALIKE, {"at": at, "latest": at + MAX_REST, "thresholds": sorted(set(thresholds))})
    async for row in rows.mappings():
        known, status = _facts(row, scorer, at), ProposalStatus(row["status"])
        if status is not ProposalStatus.PENDING:
            known = replace(known, scan_is_current=True, topic_is_pending=False)
        yield Alike(known, status, row["by_people"], row["number"], row["topics"] or ())


async def approved_under(session: AsyncSession, version: int) -> Sequence[UUID]:
    """What the system approved last under this version of the policy and is approved still."""
    found = await session.scalars(sql.APPROVED_UNDER, {"version": str(version), "system": SYSTEM_USER_ID})
    return found.all()


async def count_sure(session: AsyncSession, least: float) -> int:
    """How many pending proposals are at least this sure."""
    is_pending = outright(Proposal.status, ProposalStatus.PENDING)
    return await session.scalar(select(func.count()).where(is_pending, Proposal.confidence >= least)) or 0


async def pages(session: AsyncSession, kind: Kind, *, scorer: str) -> AsyncIterator[dict[UUID, Facts]]:
    """All pending proposals of a kind, a page at a time."""
    after: Position | None = None
    while True:
        found, after = await page(session, kind, least=0, scorer=scorer, after=after, limit=PAGE)
        yield found
        if after is None:
            return


async def first_reasons(session: AsyncSession, policy: Policy, *, scorer: str) -> dict[UUID, Hold]:
    """Of the pending proposals that wait for a person, the first reason of each; atoms first, the surest first."""
    reasons: dict[UUID, Hold] = {}
    for kind in reversed(Kind):
        async for found in pages(session, kind, scorer=scorer):
            reasons |= {each: hold for each, facts in found.items() if (hold := policy.hold(facts))}
    return reasons


def _facts(row: RowMapping, scorer: str, at: datetime) -> Facts:
    values: dict[str, Any] = dict(row)
    return Facts(
        confidence=values["confidence"],
        dedup_state=DedupState(values["dedup_state"]),
        scan_is_current=values["dedup_scorer"] == scorer,
        recommendation=Recommendation(values["llm_recommendation"]),
        quotes=values["quotes"],
        verified_quotes=values["verified"],
        topic_is_pending=values["topic_is_pending"],
        needs_attention=values["failures"] >= MAX_FAILURES,
        backs_off=values["retry_at"] is not None and at < values["retry_at"] < at + MAX_REST,
        taken_back=values["taken_back"],
        is_update=values["is_update"],
        questioned=values["questioned"],
        unsupported=values["unsupported"],
        standing=values["standing"] and Verdict(values["standing"]),
        is_named=_is_named(values),
        has_atoms=values["has_atoms"],
        kind=Kind(values["kind"]),
        atom_type=values["atom_type"] and AtomType(values["atom_type"]),
        sources=frozenset(values["sources"] or ()),
        channels=frozenset(values["channels"] or ()),
        authors=values["authors"],
        untrusted_sources=frozenset(values["untrusted_sources"] or ()),
        proposer=Proposer(values["proposer"]),
        extractor=values["extractor"],
        ranked=values["ranked"],
    )


def _is_named(values: Mapping[str, Any]) -> bool:
    """Whether a topic has a name; whatever is no topic needs none."""
    name = values["name"]
    return name is None or (not values["is_a_person"] and is_name(name, values["said"] or ()))
