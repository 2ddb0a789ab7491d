"""The policy applied."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.grounding.grounding import Grounding
from assay.audit.actor import SYSTEM, Actor
from assay.db.locks import DECISIONS, hold_until_commit
from assay.duplicates import scan
from assay.duplicates.active_model import active_model, scorer_version
from assay.policies import queries as policies
from assay.proposals import actions as proposals
from assay.proposals.gate import unique
from assay.proposals.outcomes import Outcome
from assay.review import grounding, queries
from assay.review.policy import Facts, Hold, Policy
from assay.settings import Settings
from assay.text.secrets import masked

GROUNDS: Final = (Hold.UNSUPPORTED, Hold.OPPOSED, Hold.UNDECIDED, Hold.FEW_AUTHORS)
"""Reasons that a further message may take away, or bring."""
MIN_VOICES: Final = 2
"""Other people who must consent to a decision before the machine approves it alone."""


@dataclass(frozen=True, slots=True)
class Review:
    approved: Sequence[UUID] = ()
    held: dict[UUID, Hold] = field(default_factory=dict)
    topics: tuple[UUID, ...] = ()
    """Those that were approved together with atoms of theirs, though nobody asked for them."""


async def review(session: AsyncSession, ids: Sequence[UUID], *, settings: Settings, model: str) -> Review:
    """Approves those proposals that the policy in force can prove, and says why the others wait.

    A topic is approved with the first of its atoms that is, and no atom before its topic.
    The search for duplicates is made once more in this transaction, for a twin may have been approved since the scan.
    Of two that contradict each other the older waits as well.
    The policy is read in it too, under the lock that a change of the policy holds: what was switched off stays so.
    """
    await hold_until_commit(session, DECISIONS)
    policy = await queries.policy(session, settings)
    if not policy.enabled:
        return Review()
    model = await active_model(session, model)
    scorer = await scorer_version(session, model)
    facts, topics = await _facts(session, policy, ids, scorer)
    grounds = await _grounds(session, policy, facts)
    held, alone = _weighed(policy, facts | {each: _known(facts[each], now) for each, now in grounds.items()})
    provable = unique((topics[each] for each in alone if each in topics), alone)
    threshold = settings.knowledge_dedup_similarity_threshold
    twins = await scan.recheck(session, provable, model=model, threshold=threshold, actor=SYSTEM)
    held = {each: hold for each, hold in held.items() if each not in provable}
    held |= dict.fromkeys(await queries.questioned(session, provable), Hold.CONTRADICTED)
    held |= dict.fromkeys(twins, Hold.DUPLICATE)
    held |= _parted(alone, topics, held)
    outcomes = await proposals.approve(
        session,
        [each for each in provable if each not in held],
        actor=SYSTEM,
        notes=f"Auto-approved: confidence at least {policy.threshold:.2%}",
        policy=policy.as_applied(),
        grounds={each: _recorded(now) for each, now in grounds.items()},
    )
    approved = {each.id for each in outcomes if each.done}
    held |= {each.id: Hold.DUPLICATE for each in outcomes if not each.done}
    return Review(
        [each for each in ids if each in approved],
        {each: hold for each, hold in held.items() if each in facts},
        tuple(approved - facts.keys()),
    )


async def _facts(
    session: AsyncSession, policy: Policy, ids: Sequence[UUID], scorer: str
) -> tuple[dict[UUID, Facts], dict[UUID, UUID]]:
    """What is known of the proposals, and for which atoms a pending topic goes with them, by the id of the atom."""
    waiting = await queries.pending_topics(session, ids)
    known = await queries.facts(session, unique(ids, waiting.values()), scorer=scorer)
    topics = {
        atom: topic
        for atom, topic in waiting.items()
        if atom in known and topic in known and policy.hold(replace(known[topic], has_atoms=True)) is None
    }
    free = {atom: replace(known[atom], topic_is_pending=False) for atom in topics}
    return {each: known[each] for each in ids if each in known} | free, topics


def _parted(atoms: Iterable[UUID], topics: Mapping[UUID, UUID], held: Mapping[UUID, Hold]) -> dict[UUID, Hold]:
    """The atoms whose topic is held, and the topics of whose atoms all are."""
    going = {each: topics[each] for each in atoms if each in topics}
    waiting = {atom: Hold.TOPIC_PENDING for atom, topic in going.items() if topic in held and atom not in held}
    borne = {topic for atom, topic in going.items() if atom not in held}
    return waiting | {topic: Hold.NO_ATOMS for topic in going.values() if topic not in borne and topic not in held}


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
    return {"because": masked(now.standing.because), "compared": [masked(each) for each in now.compared]}


def _weighed(policy: Policy, facts: dict[UUID, Facts]) -> tuple[dict[UUID, Hold], list[UUID]]:
    verdicts = {proposal_id: policy.hold(each) for proposal_id, each in facts.items()}
    return (
        {proposal_id: hold for proposal_id, hold in verdicts.items() if hold},
        [proposal_id for proposal_id, hold in verdicts.items() if hold is None],
    )
