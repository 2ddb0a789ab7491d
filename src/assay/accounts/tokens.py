"""Keys by which programs act for a user."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.actions import get_user
from assay.accounts.identity import SCOPES_OF, Identity, granted
from assay.accounts.records import noted
from assay.accounts.secrets import SHOWN, TOKEN_PREFIX, digest, new_secret
from assay.audit.actions import record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.base import new_id
from assay.db.models import ActorKind, ApiToken, Scope, User, Via
from assay.errors import Forbidden, InvalidInput, NotFound

NAME_LIMIT: Final = 100
MAX_LIFETIME: Final = timedelta(days=3660)
REMEMBER_USE_EVERY: Final = timedelta(minutes=1)
"""A token that is used a thousand times a second need not write a thousand times that it was."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """The only moment at which the secret is known."""

    secret: str
    token: ApiToken


async def create(
    session: AsyncSession,
    user_id: int,
    *,
    name: str,
    scopes: Sequence[Scope],
    actor: Actor,
    expires_at: datetime | None = None,
) -> NewToken:
    """Raises InvalidInput for scopes that the user's role does not have."""
    user = await get_user(session, user_id)
    _check(user, name, scopes, expires_at)
    secret = TOKEN_PREFIX + new_secret()
    token = ApiToken(
        id=new_id(),
        user_id=user.id,
        name=name,
        prefix=secret[:SHOWN],
        secret_hash=digest(secret),
        scopes=sorted(set(scopes)),
        created_at=now(),
        expires_at=expires_at,
    )
    session.add(token)
    more = {"token_id": token.id, "token": name, "scopes": token.scopes, "expires_at": expires_at}
    await record(session, actor, [noted("token.created", user.id, user.name, **more)])
    return NewToken(secret, token)


async def revoke(
    session: AsyncSession, token_id: UUID, *, actor: Actor, owner: int | None = None, credential: str | None = None
) -> None:
    """Ends a token at once. `owner`: only if it is theirs; `credential`: only if it is this one itself.

    Raises NotFound, and Forbidden for another than itself.
    """
    token = await session.get(ApiToken, token_id, with_for_update={"key_share": True})
    if token is None or owner not in {None, token.user_id}:
        raise NotFound(f"There is no token {token_id}.")
    if credential not in {None, token.secret_hash}:
        raise Forbidden("A token without the right to admin ends no other than itself: sign in to end this one.")
    if token.revoked_at is None:
        token.revoked_at = now()
        user = await get_user(session, token.user_id)
        await record(session, actor, [noted("token.revoked", user.id, user.name, token_id=token_id, token=token.name)])


async def listed(
    session: AsyncSession, *, user_id: int | None = None, after: UUID | None = None, limit: int
) -> Sequence[tuple[ApiToken, str]]:
    """Tokens with the names of their users, the newest first. `user_id`: those of one user; `after`: older ones."""
    query = select(ApiToken, User.name).join(User, User.id == ApiToken.user_id).order_by(ApiToken.id.desc())
    if user_id is not None:
        query = query.where(ApiToken.user_id == user_id)
    if after is not None:
        query = query.where(ApiToken.id < after)
    query = query.limit(limit)
    return (await session.execute(query)).tuples().all()


async def identify(session: AsyncSession, secret: str) -> Identity | None:
    """Whose token this is, while it is valid; and remembers that it was used."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    at = now()
    found = await session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.secret_hash == digest(secret), ApiToken.revoked_at.is_(None), User.disabled_at.is_(None))
    )
    token, user = found.tuples().one_or_none() or (None, None)
    if token is None or user is None or user.role is None or (token.expires_at and token.expires_at <= at):
        return None
    if token.last_used_at is None or at - token.last_used_at >= REMEMBER_USE_EVERY:
        token.last_used_at = at
    scopes = granted(user.role, token.scopes)
    actor = Actor(user.id, user.name, user.kind, Via.TOKEN, token.id, is_admin=Scope.ADMIN in scopes)
    return Identity(actor, user.role, scopes, token.secret_hash, by_session=False, expires_at=token.expires_at)


def _check(user: User, name: str, scopes: Sequence[Scope], expires_at: datetime | None) -> None:
    if user.role is None or user.kind is ActorKind.SYSTEM:
        raise InvalidInput(f"{user.name} has no role, so a token could do nothing: give them one first.")
    if not name.strip() or not name.isprintable() or len(name) > NAME_LIMIT:
        raise InvalidInput(f"A token needs a name of 1 to {NAME_LIMIT} characters that can be shown.")
    beyond = sorted(set(scopes) - SCOPES_OF[user.role])
    if beyond or not scopes:
        allowed = ", ".join(sorted(SCOPES_OF[user.role]))
        raise InvalidInput(f"A {user.role} gives a token these scopes: {allowed}; not {', '.join(beyond) or 'none'}.")
    if expires_at and not now() < expires_at <= now() + MAX_LIFETIME:
        raise InvalidInput("The token's expiry is not allowed: it must be in the future, at most ten years from now.")
