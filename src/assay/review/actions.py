"""The policy applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.grounding.grounding import Grounding
from assay.audit.actor import SYSTEM, Actor
from assay.db.locks import DECISIONS, hold_until_commit
from assay.duplicates import scan
from assay.duplicates.serving import scorer_version, serving_model
from assay.policies import queries as policies
from assay.proposals import actions as proposals
from assay.proposals.outcomes import Outcome
from assay.review import grounding, queries
from assay.review.policy import Facts, Hold, Policy
from assay.settings import Settings

GROUNDS: Final = (Hold.UNSUPPORTED, Hold.OPPOSED, Hold.UNDECIDED, Hold.FEW_AUTHORS)
"""Reasons that a further message may take away, or bring."""
MIN_VOICES: Final = 2
"""Other people who must consent to a decision before the machine approves it alone."""


@dataclass(frozen=True, slots=True)
class Review:
    approved: Sequence[UUID] = ()
    held: dict[UUID, Hold] = field(default_factory=dict)


async def review(session: AsyncSession, ids: Sequence[UUID], *, settings: Settings, model: str) -> Review:
    """Approves those proposals that the policy in force can prove, and says why the others wait.

    The search for duplicates is made once more in this transaction, for a twin may have been approved since the scan.
    Of two that contradict each other the older waits as well.
    The policy is read in it too, under the lock that a change of the policy holds: what was switched off stays so.
    """
    await hold_until_commit(session, DECISIONS)
    policy = await queries.policy(session, settings)
    if not policy.enabled:
        return Review()
    model = await serving_model(session, model)
    similarity_threshold = settings.knowledge_dedup_similarity_threshold
    scorer = await scorer_version(session, model)
    facts = await queries.facts(session, ids, scorer=scorer)
    grounds = await _grounds(session, policy, facts)
    held, provable = _weighed(policy, facts | {each: _known(facts[each], now) for each, now in grounds.items()})
    twins = await scan.recheck(session, provable, model=model, threshold=similarity_threshold, actor=SYSTEM)
    held |= dict.fromkeys(await queries.questioned(session, provable), Hold.CONTRADICTED)
    held |= dict.fromkeys(twins, Hold.DUPLICATE)
    outcomes = await proposals.approve(
        session,
        [each for each in provable if each not in held],
        actor=SYSTEM,
        notes=f"Auto-approved: confidence at least {policy.threshold:.2%}",
        policy=policy.as_applied(),
        grounds={each: _recorded(now) for each, now in grounds.items()},
    )
    approved = [each.id for each in outcomes if each.done]
    held |= {each.id: Hold.DUPLICATE for each in outcomes if not each.done}
    return Review(approved, held)


async def undo(session: AsyncSession, version: int, *, actor: Actor, notes: str | None = None) -> list[Outcome]:
    """Reverts everything that the system approved under a version of the policy. Raises NotFound for one there is not.

    What somebody has built upon since stays, with the reason.
    """
    await hold_until_commit(session, DECISIONS)
    await policies.at(session, version)
    ids = await queries.approved_under(session, version)
    return await proposals.revert(session, ids, actor=actor, notes=notes or f"Undo of policy version {version}")


async def _grounds(session: AsyncSession, policy: Policy, facts: Mapping[UUID, Facts]) -> dict[UUID, Grounding]:
    """How those stand in their talk, read anew, against whose approval nothing else stands."""
    asked = [each for each, known in facts.items() if all(hold in GROUNDS for hold in policy.reasons(known))]
    return await grounding.read(session, asked, min_voices=MIN_VOICES)


def _known(facts: Facts, now: Grounding) -> Facts:
    return replace(facts, unsupported=bool(now.unsupported), standing=now.standing.verdict)


def _recorded(now: Grounding) -> dict[str, Any]:
    """What the trail of an approval says of its grounds."""
    return {"because": now.standing.because, "compared": list(now.compared)}


def _weighed(policy: Policy, facts: dict[UUID, Facts]) -> tuple[dict[UUID, Hold], list[UUID]]:
    verdicts = {proposal_id: policy.hold(each) for proposal_id, each in facts.items()}
    return (
        {proposal_id: hold for proposal_id, hold in verdicts.items() if hold},
        [proposal_id for proposal_id, hold in verdicts.items() if hold is None],
    )
