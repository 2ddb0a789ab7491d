"""Who asks, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.audit.actor import Actor
from assay.db.models import Role, Scope

SCOPES_OF: Final[dict[Role, frozenset[Scope]]] = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.REVIEWER: frozenset({Scope.READ, Scope.PROPOSE, Scope.REVIEW}),
    Role.ADMIN: frozenset(Scope),
}
"""What each role may do. A token may do less than its user, never more."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The one behind a request, proved by a session or a token."""

    actor: Actor
    role: Role
    scopes: frozenset[Scope]
    credential: str
    """The digest of what proved it."""
    by_session: bool
    expires_at: datetime | None
    """When it ends by itself."""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def keeps_keys(self) -> bool:
        """Whether it gives and takes back tokens. One that only does a job would outlive itself by those it made."""
        return self.by_session or self.may(Scope.ADMIN)


def granted(role: Role, asked: Iterable[str]) -> frozenset[Scope]:
    """Those of the scopes asked for that the role has today."""
    return SCOPES_OF[role] & {Scope(each) for each in asked}
