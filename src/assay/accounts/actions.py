"""Users: who there is, and what each may do. Each action leaves the commit to its caller."""

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.records import noted
from assay.audit.actions import record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import SYSTEM_USER_ID, ActorKind, Role, SignedIn, SignInLink, User
from assay.errors import Conflict, InvalidInput, NotFound

NAME_LIMIT: Final = 100


async def ensure_user(session: AsyncSession, name: str) -> Actor:
    """The person of this name, made known at the first decision."""
    await session.execute(insert(User).values(name=name, kind=ActorKind.USER).on_conflict_do_nothing())
    user = (await session.scalars(select(User).where(User.name == name))).one()
    return Actor(user.id, user.name, user.kind)


async def create_user(
    session: AsyncSession, name: str, *, role: Role, actor: Actor, kind: ActorKind = ActorKind.USER
) -> User:
    """A new person or agent. Raises InvalidInput for a name that cannot be one, Conflict for one that is taken."""
    _check_name(name)
    if kind is ActorKind.SYSTEM:
        raise InvalidInput("There is one system, and it cannot be created: a user or an agent can.")
    made = await session.scalar(
        insert(User).values(name=name, kind=kind, role=role).on_conflict_do_nothing().returning(User.id)
    )
    if made is None:
        raise Conflict(f"There is a user {name!r} already.")
    await record(session, actor, [noted("user.created", made, name, role=role, kind=kind)])
    return await get_user(session, made)


async def set_role(session: AsyncSession, user_id: int, role: Role, *, actor: Actor) -> User:
    """Raises NotFound, and Conflict where nobody would be left who may do everything."""
    user = await _held(session, user_id)
    if role is not Role.ADMIN:
        await _keep_an_admin(session, user)
    before, user.role = user.role, role
    await record(session, actor, [noted("user.role_changed", user.id, user.name, before=before, role=role)])
    return user


async def disable_user(session: AsyncSession, user_id: int, *, actor: Actor) -> User:
    """Signs the user out everywhere and lets neither password nor token in any more. What they decided stays."""
    user = await _held(session, user_id)
    if user.disabled_at is None:
        await _keep_an_admin(session, user)
        user.disabled_at = now()
        await _sign_out_everywhere(session, user_id)
        await record(session, actor, [noted("user.disabled", user.id, user.name)])
    return user


async def enable_user(session: AsyncSession, user_id: int, *, actor: Actor) -> User:
    user = await _held(session, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        await record(session, actor, [noted("user.enabled", user.id, user.name)])
    return user


async def set_password(session: AsyncSession, user_id: int, password_hash: str, *, actor: Actor) -> User:
    """Replaces the password and signs the user out everywhere. `password_hash`: see passwords.hashed."""
    user = await _held(session, user_id)
    if user.kind is ActorKind.AGENT:
        raise InvalidInput(f"{user.name} is an agent: it comes with a token, not with a password.")
    user.password_hash = password_hash
    await _sign_out_everywhere(session, user_id)
    await record(session, actor, [noted("user.password_changed", user.id, user.name)])
    return user


async def get_user(session: AsyncSession, user_id: int) -> User:
    """Raises NotFound."""
    user = await session.get(User, user_id, populate_existing=True)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


async def user_named(session: AsyncSession, name: str) -> User:
    """Raises NotFound."""
    user = await session.scalar(select(User).where(User.name == name))
    if user is None:
        raise NotFound(f"There is no user {name!r}.")
    return user


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise InvalidInput("A user's name is empty, or holds blanks at its ends or characters that cannot be shown.")
    if len(name) > NAME_LIMIT:
        raise InvalidInput(f"The user's name has {len(name)} characters; {NAME_LIMIT} are allowed.")


async def _held(session: AsyncSession, user_id: int) -> User:
    """The user, held until the commit. The system is nobody's to change."""
    user = await session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    if user.id == SYSTEM_USER_ID:
        raise InvalidInput("The system can never sign in: it has no role and no password to change.")
    return user


async def _keep_an_admin(session: AsyncSession, user: User) -> None:
    """Raises Conflict where `user` is the last who may do everything. Holds the others, so that two cannot both go."""
    if user.role is not Role.ADMIN:
        return
    admins = await session.scalars(
        select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).order_by(User.id).with_for_update()
    )
    if set(admins) <= {user.id}:
        raise Conflict(f"{user.name} is the last admin: make somebody else one first.")


async def _sign_out_everywhere(session: AsyncSession, user_id: int) -> None:
    await session.execute(delete(SignedIn).where(SignedIn.user_id == user_id))
    await session.execute(delete(SignInLink).where(SignInLink.user_id == user_id))
