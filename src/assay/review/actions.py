"""The policy applied."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import SYSTEM
from assay.db.locks import DECISIONS, hold_until_commit
from assay.duplicates import scan
from assay.duplicates.serving import serving_model
from assay.proposals import actions as proposals
from assay.review import queries
from assay.review.policy import Facts, Hold, Policy
from assay.settings import Settings


@dataclass(frozen=True, slots=True)
class Review:
    approved: Sequence[UUID] = ()
    held: dict[UUID, Hold] = field(default_factory=dict)


async def review(session: AsyncSession, ids: Sequence[UUID], *, settings: Settings, model: str) -> Review:
    """Approves those proposals that the policy in force can prove, and says why the others wait.

    The search for duplicates is made once more in this transaction, for a twin may have been approved since the scan.
    The policy is read in it too, under the lock that a change of the policy holds: what was switched off stays so.
    """
    await hold_until_commit(session, DECISIONS)
    policy = await queries.policy(session, settings)
    if not policy.enabled:
        return Review()
    model = await serving_model(session, model)
    similarity_threshold = settings.knowledge_dedup_similarity_threshold
    scorer = await scan.scorer_version(session, model)
    held, provable = _weighed(policy, await queries.facts(session, ids, scorer=scorer))
    twins = await scan.recheck(session, provable, model=model, threshold=similarity_threshold, actor=SYSTEM)
    held |= dict.fromkeys(twins, Hold.DUPLICATE)
    outcomes = await proposals.approve(
        session,
        [each for each in provable if each not in twins],
        actor=SYSTEM,
        notes=f"Auto-approved: confidence at least {policy.threshold:.2%}",
        policy=policy.as_applied(),
    )
    approved = [each.id for each in outcomes if each.done]
    held |= {each.id: Hold.DUPLICATE for each in outcomes if not each.done}
    return Review(approved, held)


def _weighed(policy: Policy, facts: dict[UUID, Facts]) -> tuple[dict[UUID, Hold], list[UUID]]:
    verdicts = {proposal_id: policy.hold(each) for proposal_id, each in facts.items()}
    return (
        {proposal_id: hold for proposal_id, hold in verdicts.items() if hold},
        [proposal_id for proposal_id, hold in verdicts.items() if hold is None],
    )
