"""The records of the contract, one table a file."""

from assay.db.models.alert_deliveries import AlertDelivery, DeliveryState
from assay.db.models.api_tokens import ApiToken, Scope
from assay.db.models.audit_chain import AuditLink, UnchainedEntries
from assay.db.models.audit_log import AuditEntry
from assay.db.models.bulk_decisions import BulkDecision
from assay.db.models.cached_vectors import CachedVector
from assay.db.models.changed_talks import ChangedTalk
from assay.db.models.embeddings import Embedding, EmbeddingModel, ModelState
from assay.db.models.entities import Atom, AtomLink, ChangeType, Entity, EntityRevision, Topic, TopicAtom
from assay.db.models.entity_pairs import EntityPair, EntityScan
from assay.db.models.evidence import Evidence
from assay.db.models.extraction_runs import FINAL_RUN_STATES, KnowledgeExtractionRun, RunStatus, TriggerType
from assay.db.models.imports import FINAL_IMPORT_STATES, Import, ImportState
from assay.db.models.job_controls import JobControl
from assay.db.models.job_dead_letters import DeadReason, JobDeadLetter
from assay.db.models.job_processes import JobProcess, ProcessRole
from assay.db.models.job_requests import JobRequest
from assay.db.models.job_runs import JobRun, JobState
from assay.db.models.known_places import KnownPlace
from assay.db.models.merges import Merge
from assay.db.models.messages import MAX_FAILED_READS, ErasedMessage, StoredMessage
from assay.db.models.metric_days import MetricDay
from assay.db.models.outbox import OutboxEntry
from assay.db.models.pair_verdicts import PairVerdict
from assay.db.models.policy_versions import PolicyVersion
from assay.db.models.proposal_tallies import ProposalTally
from assay.db.models.proposals import (
    MAX_FAILURES,
    MAX_REST,
    AtomProposal,
    DedupState,
    Proposal,
    ProposalStatus,
    Recommendation,
    ReviewAction,
    SimilarityType,
    TopicProposal,
)
from assay.db.models.requests import IdempotencyKey, RateLimit
from assay.db.models.review_claims import ReviewClaim
from assay.db.models.saved_views import SavedView
from assay.db.models.seen_versions import SeenVersion
from assay.db.models.sessions import SignedIn, SignInLink
from assay.db.models.source_hooks import HookPlatform, SourceHook
from assay.db.models.sources import Source, SourceKind
from assay.db.models.users import SYSTEM_USER_ID, ActorKind, Role, User, Via

__all__ = [
    "FINAL_IMPORT_STATES",
    "FINAL_RUN_STATES",
    "MAX_FAILED_READS",
    "MAX_FAILURES",
    "MAX_REST",
    "SYSTEM_USER_ID",
    "ActorKind",
    "AlertDelivery",
    "ApiToken",
    "Atom",
    "AtomLink",
    "AtomProposal",
    "AuditEntry",
    "AuditLink",
    "BulkDecision",
    "CachedVector",
    "ChangeType",
    "ChangedTalk",
    "DeadReason",
    "DedupState",
    "DeliveryState",
    "Embedding",
    "EmbeddingModel",
    "Entity",
    "EntityPair",
    "EntityRevision",
    "EntityScan",
    "ErasedMessage",
    "Evidence",
    "HookPlatform",
    "IdempotencyKey",
    "Import",
    "ImportState",
    "JobControl",
    "JobDeadLetter",
    "JobProcess",
    "JobRequest",
    "JobRun",
    "JobState",
    "KnowledgeExtractionRun",
    "KnownPlace",
    "Merge",
    "MetricDay",
    "ModelState",
    "OutboxEntry",
    "PairVerdict",
    "PolicyVersion",
    "ProcessRole",
    "Proposal",
    "ProposalStatus",
    "ProposalTally",
    "RateLimit",
    "Recommendation",
    "ReviewAction",
    "ReviewClaim",
    "Role",
    "RunStatus",
    "SavedView",
    "Scope",
    "SeenVersion",
    "SignInLink",
    "SignedIn",
    "SimilarityType",
    "Source",
    "SourceHook",
    "SourceKind",
    "StoredMessage",
    "Topic",
    "TopicAtom",
    "TopicProposal",
    "TriggerType",
    "UnchainedEntries",
    "User",
    "Via",
]
