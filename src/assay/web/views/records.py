"""Messages, runs, people, keys, rules and the trail, as they look from outside."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from assay.db.headlines import segments
from assay.db.models import (
    ActorKind,
    ApiToken,
    DeliveryState,
    HookPlatform,
    Role,
    RunStatus,
    Scope,
    SourceKind,
    StoredMessage,
    TriggerType,
    Via,
)
from assay.kinds import Trust
from assay.web.models import ResponseModel


class MessageView(ResponseModel):
    id: UUID
    source: str
    external_id: str
    version: int
    is_latest: bool
    channel: str
    author: str
    sent_at: datetime
    text: str
    thread: str | None
    is_bot: bool
    author_id: str | None
    edited_at: datetime | None
    quoted: list[tuple[int, int]] | None
    """Start and end of words of the text that are not its author's."""
    forwarded_from: str | None
    permalink: str | None
    reactions: dict[str, list[str]] | None
    written_by_user_id: int | None
    """Who wrote it into Assay, which is not who said it; null where it came in before that was kept."""
    written_via: Via | None
    written_by_token_id: UUID | None
    ingested_at: datetime
    extraction_run_id: UUID | None
    read_at: datetime | None


class Segment(ResponseModel):
    """A piece of text. `hit`: a word that was asked for."""

    text: str
    hit: bool


class FoundMessage(ResponseModel):
    """A message that holds the words that were asked for."""

    message: MessageView
    highlight: list[Segment]

    @classmethod
    def of(cls, message: StoredMessage, headline: str) -> Self:
        pieces = [Segment(text=words, hit=hit) for words, hit in segments(headline)]
        return cls(message=MessageView.model_validate(message), highlight=pieces)


class MessageInTalk(ResponseModel):
    """A message between what was said before and after it, where it was said."""

    before: list[MessageView]
    message: MessageView
    after: list[MessageView]


class PersonView(ResponseModel):
    """`may_review`: may decide on proposals."""

    id: int
    name: str
    kind: ActorKind
    may_review: bool


class NamedUser(ResponseModel):
    id: int
    name: str


class SourceView(ResponseModel):
    """Where messages come from. `writers` may write to it besides its owner and the admins; `connected`: the chat
    program that sends messages into it."""

    id: UUID
    name: str
    kind: SourceKind
    owner: NamedUser
    writers: list[NamedUser]
    trust: Trust
    connected: HookPlatform | None
    version: int
    created_at: datetime


class RunView(ResponseModel):
    """One pass of an extractor over messages."""

    id: UUID
    trigger_type: TriggerType
    triggered_by_user_id: int
    status: RunStatus
    time_window_start: datetime | None
    time_window_end: datetime | None
    config_snapshot: dict[str, Any]
    extractor: str
    model_name: str
    prompt_version: str
    messages_analyzed: int
    topic_proposals_created: int
    atom_proposals_created: int
    llm_tokens_used: int
    cost_estimate: float
    dropped: dict[str, Any]
    """How much became no proposal, or was not read as it was said, by reason."""
    error: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class AlertView(ResponseModel):
    """Something that was to be told outside, and what became of it."""

    id: int
    audit_id: int
    receiver: str
    subject: str
    complaint: str | None
    state: DeliveryState
    attempts: int
    error: str | None
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None


class UserView(ResponseModel):
    id: int
    name: str
    kind: ActorKind
    role: Role | None
    disabled_at: datetime | None
    created_at: datetime


class TokenView(ResponseModel):
    id: UUID
    user_id: int
    user: str
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiToken, user: str, **more: Any) -> Self:
        """`user`: the name of whose it is; `more`: what only the one who made it may see."""
        names = TokenView.model_fields.keys() - {"user"}
        return cls(**{name: getattr(key, name) for name in names}, user=user, **more)


class CreatedToken(TokenView):
    token: str
    """The key itself. It is shown this once."""


class PolicyView(ResponseModel):
    """Version 0: nobody has set a rule yet. A rule that is not there is left to the environment."""

    version: int
    document: dict[str, Any]
    in_force: dict[str, Any]
    """What comes of it under the environment of the process that answers."""


class VersionView(ResponseModel):
    """A version of the policy, as it was set."""

    version: int
    document: dict[str, Any]
    author: str
    note: str | None
    created_at: datetime


class AuditEntryView(ResponseModel):
    """One change: what happened to what, and who did it."""

    id: int
    at: datetime
    actor_user_id: int
    actor: str
    action: str
    entity_type: str | None
    subject_id: UUID | None
    channel: str | None
    severity: str | None
    data: dict[str, Any]
    detail: dict[str, Any]
