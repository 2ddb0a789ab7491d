"""The tables that hold what people and machines said, claimed and decided, in an order in which they can come back.

Left out is what is made again (vectors, scans, tallies), what is only for a while (jobs, requests, sessions), and every
secret: passwords, and the digests of tokens.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from assay.db.models import (
    ApiToken,
    AtomLink,
    AuditEntry,
    AuditLink,
    ChangedTalk,
    Entity,
    EntityRevision,
    ErasedMessage,
    Evidence,
    KnowledgeExtractionRun,
    Merge,
    OutboxEntry,
    PairVerdict,
    PolicyVersion,
    Proposal,
    Source,
    StoredMessage,
    TopicAtom,
    User,
)

FORMAT: Final = "assay"
VERSION: Final = 1
KEPT: Final[Sequence[str]] = tuple(
    model.__tablename__
    for model in (
        User,
        ApiToken,
        Source,
        PolicyVersion,
        KnowledgeExtractionRun,
        ErasedMessage,
        StoredMessage,
        Entity,
        Proposal,
        Evidence,
        EntityRevision,
        TopicAtom,
        AtomLink,
        Merge,
        PairVerdict,
        ChangedTalk,
        AuditEntry,
        AuditLink,
        OutboxEntry,
    )
)
SECRET: Final[Mapping[str, Sequence[str]]] = {
    "users": ("password_hash",),
    "api_tokens": ("secret_hash",),
    "proposals": ("words",),
    "messages": ("import_id",),
}
"""Columns that stay behind: secrets, what is derived, and what names a record that stays behind."""
