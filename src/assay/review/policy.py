"""The rules by which the system approves alone. Pure: facts in, verdict out."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from assay.ai.grounding.verdict import Verdict
from assay.db.models import DedupState, Recommendation
from assay.kinds import AtomType, Kind, Proposer, Trust
from assay.policies.document import Rule, ShadowDocument
from assay.policies.queries import InForce
from assay.settings import Settings


class Hold(StrEnum):
    """Why a proposal waits for a person, in the words a person reads."""

    BELOW_THRESHOLD = "confidence below the threshold"
    NEEDS_ATTENTION = "needs attention"
    RETRIED_LATER = "failed, retried later"
    NOT_SCANNED = "not scanned"
    TAKEN_BACK = "its approval or merge was taken back"
    DUPLICATE = "duplicate"
    CONTRADICTED = "contradicted"
    SAYS_MERGE = "recommendation says merge"
    SAYS_REJECT = "recommendation says reject"
    UNVERIFIED = "unverified evidence"
    RANKED = "found by ranking: for people"
    UNTRUSTED_SOURCE = "untrusted source"
    PROPOSER = "proposer"
    UNSUPPORTED = "its evidence does not say it"
    UNDECIDED = "nobody decided or confirmed it"
    OPPOSED = "taken back in the talk"
    HUMAN_REQUIRED = "a rule asks for a person"
    FEW_AUTHORS = "too few people say so"
    NO_NAME = "its name is a date, a person, a version or a common noun"
    NO_ATOMS = "none of its atoms is approved"
    TOPIC_PENDING = "topic not approved yet"


Conditions = tuple[tuple[Hold, bool], ...]
"""Reasons, each with whether it holds a proposal."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the policy knows of a pending proposal."""

    confidence: float
    dedup_state: DedupState
    scan_is_current: bool
    """The dedup state was given by today's embedding model and scorer."""
    recommendation: Recommendation
    quotes: int
    verified_quotes: int
    topic_is_pending: bool
    needs_attention: bool
    backs_off: bool
    taken_back: bool = False
    """Somebody reverted its approval or its merge, and nobody decided on it since."""
    is_update: bool = False
    """The scan found it to say something else about the same thing as what is known or was proposed earlier."""
    questioned: bool = False
    """A pending proposal that came later is an update of it."""
    unsupported: bool = False
    """Its evidence says something else."""
    standing: Verdict | None = None
    """How its words stand in their talk. None for a topic, and before the machine has read it."""
    is_named: bool = True
    """What a topic is called is a name."""
    has_atoms: bool = True
    """An atom of a topic's own is approved already, or is about to be approved with it."""
    kind: Kind = Kind.ATOM
    atom_type: AtomType | None = None
    sources: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    """Of the messages it is quoted from."""
    authors: int = 0
    """People whose words prove it, as quoted and verified; neither machines nor what its proposer wrote in count."""
    untrusted_sources: frozenset[str] = frozenset()
    """Those of its sources that are not trusted."""
    proposer: Proposer = Proposer.EXTRACTOR
    extractor: str | None = None
    """Where one proposed it."""
    ranked: bool = False
    """It was found by the probability that somebody wants to keep it."""

    @property
    def trust(self) -> Trust:
        """As the least trusted of its sources; what has none is not trusted."""
        return Trust.TRUSTED if self.sources and not self.untrusted_sources else Trust.UNTRUSTED


def concerns(rule: Rule, facts: Facts) -> bool:
    """Whether a rule is about a proposal: as it names it, with any message of a named source and channel."""
    return (
        _named(rule, facts)
        and (not rule.sources or not facts.sources.isdisjoint(rule.sources))
        and (not rule.channels or not facts.channels.isdisjoint(rule.channels))
    )


def covers(rule: Rule, facts: Facts) -> bool:
    """Whether a rule is about all of a proposal: no message is of another source or channel than the named ones."""
    return (
        concerns(rule, facts)
        and (not rule.sources or facts.sources.issubset(rule.sources))
        and (not rule.channels or facts.channels.issubset(rule.channels))
    )


def _named(rule: Rule, facts: Facts) -> bool:
    return (
        (not rule.kinds or facts.kind in rule.kinds)
        and (not rule.types or facts.atom_type in rule.types)
        and (not rule.proposers or facts.proposer in rule.proposers)
        and (not rule.extractors or facts.extractor in rule.extractors)
        and (rule.trust is None or facts.trust is rule.trust)
    )


@dataclass(frozen=True, slots=True)
class Policy:
    enabled: bool
    threshold: float
    version: int = 0
    min_authors: int = 0
    rules: tuple[Rule, ...] = ()

    @classmethod
    def of(cls, settings: Settings, in_force: InForce) -> Self:
        """What people set goes before the environment, save that the environment can switch off for good."""
        document, threshold = in_force.document, in_force.document.auto_approval_threshold
        return cls(
            enabled=settings.knowledge_auto_approval_enabled and document.auto_approval_enabled is not False,
            threshold=settings.knowledge_auto_approval_confidence_threshold if threshold is None else threshold,
            version=in_force.version,
            min_authors=document.min_authors or 0,
            rules=document.rules,
        )

    def shadowed(self, shadow: ShadowDocument) -> Self:
        """This policy with the rules of another document, which decides on paper."""
        threshold = self.threshold if shadow.auto_approval_threshold is None else shadow.auto_approval_threshold
        return replace(self, threshold=threshold, min_authors=shadow.min_authors or 0, rules=shadow.rules)

    @property
    def least(self) -> float:
        """No proposal of less confidence can be approved under it."""
        return min(self.thresholds)

    @property
    def thresholds(self) -> list[float]:
        return [self.threshold, *(each.threshold for each in self.rules if each.threshold is not None)]

    def threshold_for(self, facts: Facts) -> float:
        """The confidence from which such a proposal may be approved: that of the strictest rule that concerns it.

        A rule that asks less than the general threshold must cover all of the proposal.
        """
        rules = [(each.threshold, each) for each in self.rules if each.threshold is not None]
        applies = ((asked, covers if asked < self.threshold else concerns, each) for asked, each in rules)
        return max((asked for asked, is_about, each in applies if is_about(each, facts)), default=self.threshold)

    def as_applied(self) -> dict[str, Any]:
        """The rules as they stand in the trail of each decision."""
        return {"version": self.version, "threshold": self.threshold}

    def hold(self, facts: Facts) -> Hold | None:
        """The first reason why the system may not approve the proposal alone; None when it may."""
        return next(iter(self.reasons(facts)), None)

    def reasons(self, facts: Facts) -> list[Hold]:
        """Everything that stands against approval by the system alone.

        Of the rules that concern a proposal the strictest holds; their thresholds stand in place of the general one.
        Conditions 10 and 11 fall where a rule that covers the proposal opens its sources or its proposer.
        In this order, what
        1. failed so often that it needs a person,
        2. failed lately and backs off,
        3. was approved or merged already, and somebody took that back,
        4. says the same as something known or proposed earlier,
        5. says something else about the same thing, or a later proposal does,
        6. was not scanned for duplicates under today's model,
        7. its extractor would merge or reject,
        8. has no quote, or one that was not found in its message,
        9. was found by ranking,
        10. is quoted from a source that is not trusted,
        11. was proposed by a person or an agent,
        12. says something else than its evidence,
        13. was taken back, corrected or objected to in the talk,
        14. was neither decided nor confirmed there,
        15. a rule keeps for people,
        16. is proved by the words of fewer people than asked for,
        17. is a topic whose name is none,
        18. belongs to a topic that is not approved yet,
        19. is less sure than the threshold,
        20. is a topic of whose own atoms none is approved, nor about to be.
        """
        conditions = (*_of_its_state(facts), *self._of_its_origin(facts), *self._of_its_worth(facts))
        return [reason for reason, holds in conditions if holds]

    def _of_its_origin(self, facts: Facts) -> Conditions:
        opening = [each for each in self.rules if each.may_approve and covers(each, facts)]
        source_is_opened = any(each.opens_sources for each in opening)
        proposer_is_opened = any(each.proposers for each in opening)
        return (
            (Hold.UNVERIFIED, facts.quotes == 0 or facts.verified_quotes < facts.quotes),
            (Hold.RANKED, facts.ranked),
            (Hold.UNTRUSTED_SOURCE, bool(facts.untrusted_sources) and not source_is_opened),
            (Hold.PROPOSER, facts.proposer is not Proposer.EXTRACTOR and not proposer_is_opened),
            (Hold.UNSUPPORTED, facts.unsupported),
            (Hold.OPPOSED, facts.standing is Verdict.TAKEN_BACK),
            (Hold.UNDECIDED, facts.standing in {Verdict.UNDECIDED, Verdict.UNCLEAR}),
        )

    def _of_its_worth(self, facts: Facts) -> Conditions:
        rules = [each for each in self.rules if concerns(each, facts)]
        authors = max([self.min_authors, *(each.min_authors or 0 for each in rules)])
        return (
            (Hold.HUMAN_REQUIRED, any(each.human_required for each in rules)),
            (Hold.FEW_AUTHORS, facts.authors < authors or facts.standing is Verdict.UNCONFIRMED),
            (Hold.NO_NAME, facts.kind is Kind.TOPIC and not facts.is_named),
            (Hold.TOPIC_PENDING, facts.topic_is_pending),
            (Hold.BELOW_THRESHOLD, facts.confidence < self.threshold_for(facts)),
            (Hold.NO_ATOMS, facts.kind is Kind.TOPIC and not facts.has_atoms),
        )


def _of_its_state(facts: Facts) -> Conditions:
    unclear = facts.dedup_state is not DedupState.CLEAR or not facts.scan_is_current
    duplicate = facts.dedup_state is DedupState.DUPLICATE
    return (
        (Hold.NEEDS_ATTENTION, facts.needs_attention),
        (Hold.RETRIED_LATER, facts.backs_off and not facts.needs_attention),
        (Hold.TAKEN_BACK, facts.taken_back),
        (Hold.DUPLICATE, duplicate and not facts.is_update),
        (Hold.CONTRADICTED, facts.questioned or (duplicate and facts.is_update)),
        (Hold.NOT_SCANNED, unclear and not duplicate),
        (Hold.SAYS_MERGE, facts.recommendation is Recommendation.MERGE),
        (Hold.SAYS_REJECT, facts.recommendation is Recommendation.REJECT),
    )
