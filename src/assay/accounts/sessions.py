"""Signing in and out. A session is a random id of which only the digest is kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import actions, passwords
from assay.accounts.identity import SCOPES_OF, Identity
from assay.accounts.oidc import Person
from assay.accounts.records import noted
from assay.accounts.secrets import digest, new_secret
from assay.audit.actions import record
from assay.audit.actor import SYSTEM, Actor
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import ActorKind, Role, SignedIn, SignInLink, User, Via
from assay.errors import Conflict, Forbidden, Unauthenticated

LIFETIME: Final = timedelta(days=7)
LINK_LIFETIME: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewSession:
    secret: str
    user: User


async def sign_in(database: Database, name: str, password: str) -> NewSession:
    """Raises Unauthenticated in the same words, and after the same time, whatever it was that did not fit."""
    async with database.transaction() as session:
        user = await session.scalar(select(User).where(User.name == name))
    fits = await passwords.fits(password, user.password_hash if user else None)
    async with database.transaction() as session:
        if user is None or not fits or not _may_sign_in(user):
            if user is not None:
                await record(session, _actor(user), [noted("user.sign_in_failed", user.id, user.name)])
            opened = None
        else:
            opened = await _open(session, user, "password")
    if opened is None:
        raise Unauthenticated("The name or the password is wrong.")
    return opened


async def change_password(database: Database, identity: Identity, old: str, new: str) -> None:
    """Replaces one's own password. Other sessions end, this one goes on. Raises Forbidden for a wrong old one and
    for what is no session, InvalidInput for a password that is none, Conflict where there is none to
    replace."""
    if not identity.by_session:
        raise Forbidden("A token changes no password: sign in.")
    async with database.transaction() as session:
        before = (await actions.get_user(session, identity.actor.user_id)).password_hash
    if before is None:
        raise Conflict("This account has no password to change: ask an admin for one.")
    replaced = await passwords.hashed(new)
    if not await passwords.fits(old, before):
        async with database.transaction() as session:
            actor = identity.actor
            await record(session, actor, [noted("user.password_change_failed", actor.user_id, actor.name)])
        raise Forbidden("The old password is wrong.")
    async with database.transaction() as session:
        await actions.change_password(session, identity.actor, before, replaced, keep=identity.credential)


async def make_link(session: AsyncSession, user_id: int) -> str:
    """The secret of a link that signs this user in once."""
    secret = new_secret()
    session.add(SignInLink(secret_hash=digest(secret), user_id=user_id, expires_at=now() + LINK_LIFETIME))
    return secret


async def sign_in_by_link(session: AsyncSession, secret: str) -> NewSession:
    """Raises Unauthenticated for a link that was used, or is too old."""
    found = await session.execute(
        delete(SignInLink)
        .where(SignInLink.secret_hash == digest(secret))
        .returning(SignInLink.user_id, SignInLink.expires_at)
    )
    link = found.one_or_none()
    user = await session.get(User, link.user_id) if link and now() < link.expires_at <= now() + LINK_LIFETIME else None
    if user is None or not _may_sign_in(user):
        raise Unauthenticated("This link was used already, or is too old.")
    return await _open(session, user, "link")


async def sign_out(session: AsyncSession, identity: Identity) -> None:
    """Ends the session of this request."""
    await session.execute(delete(SignedIn).where(SignedIn.id_hash == identity.credential))
    actor = identity.actor
    await record(session, actor, [noted("user.signed_out", actor.user_id, actor.name)])


async def sign_in_by_provider(session: AsyncSession, person: Person, *, new_role: Role | None) -> NewSession:
    """Signs in whom an identity provider has proved: the account that is theirs, or that carries their address.

    `new_role`: what somebody becomes who has none. Raises Forbidden for whoever may not come in.
    """
    user = await session.scalar(select(User).where(User.oidc_subject == person.subject))
    if user is None and person.email:
        user = await _with_address(session, person.subject, person.email, new_role)
    if user is None or not _may_sign_in(user):
        raise Forbidden(f"{person.email or 'Whoever you are there'} has no account here: ask an admin for one.")
    return await _open(session, user, "oidc")


async def _with_address(session: AsyncSession, subject: str, email: str, new_role: Role | None) -> User | None:
    """The account that has an address for its name, from now on theirs alone who showed it first."""
    user = await session.scalar(select(User).where(User.name == email).with_for_update())
    if user is None and new_role:
        user = await actions.create_user(session, email, role=new_role, actor=SYSTEM)
    if user is None or user.oidc_subject is not None or not _may_sign_in(user):
        return None
    user.oidc_subject = subject
    await record(session, SYSTEM, [noted("user.linked", user.id, user.name, subject=subject)])
    return user


async def identify(session: AsyncSession, secret: str) -> Identity | None:
    """Who holds this session, while it lasts."""
    found = await session.execute(
        select(User, SignedIn.expires_at)
        .join(SignedIn, SignedIn.user_id == User.id)
        .where(SignedIn.id_hash == digest(secret), SignedIn.expires_at.between(now(), now() + LIFETIME))
    )
    user, ends = found.tuples().one_or_none() or (None, None)
    if user is None or user.role is None or not _may_sign_in(user):
        return None
    scopes = SCOPES_OF[user.role]
    return Identity(_actor(user), user.role, scopes, digest(secret), by_session=True, expires_at=ends)


async def _open(session: AsyncSession, user: User, by: str) -> NewSession:
    secret, at = new_secret(), now()
    await session.execute(delete(SignedIn).where(SignedIn.expires_at < at))
    session.add(SignedIn(id_hash=digest(secret), user_id=user.id, created_at=at, expires_at=at + LIFETIME))
    await record(session, _actor(user), [noted("user.signed_in", user.id, user.name, by=by)])
    return NewSession(secret, user)


def _may_sign_in(user: User) -> bool:
    return user.kind is ActorKind.USER and user.role is not None and user.disabled_at is None


def _actor(user: User) -> Actor:
    return Actor(user.id, user.name, user.kind, Via.SESSION, is_admin=user.role is Role.ADMIN)
