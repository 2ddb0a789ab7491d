"""Who asked for something that is done later: with what they may do when it is done, not when they asked."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.identity import SCOPES_OF, granted
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import ApiToken, Scope, User, Via
from assay.errors import Forbidden


async def requester_as_actor(
    session: AsyncSession, user_id: int, *, via: Via, token_id: UUID | None, needs: Scope = Scope.PROPOSE
) -> Actor:
    """Raises Forbidden where they were disabled, or may not do it any more, or their token has ended."""
    user = await session.get(User, user_id, populate_existing=True)
    if user is None or user.disabled_at is not None or user.role is None:
        raise Forbidden("The user who requested this no longer has an account.")
    scopes = SCOPES_OF[user.role]
    if token_id is not None:
        valid = (ApiToken.id == token_id) & ApiToken.revoked_at.is_(None)
        token = await session.scalar(select(ApiToken).where(valid))
        if token is None or (token.expires_at and token.expires_at <= now()):
            raise Forbidden(f"The token by which {user.name} asked for this has ended.")
        scopes = granted(user.role, token.scopes)
    if needs not in scopes:
        raise Forbidden(f"{user.name} may not do this any more: it takes the right to {needs}.")
    return Actor(user.id, user.name, user.kind, via, token_id, is_admin=Scope.ADMIN in scopes)
