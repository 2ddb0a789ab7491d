"""Users: who there is, and what each may do. Each action leaves the commit to its caller."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.records import noted
from assay.audit.actions import record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.locks import USER_NAMES, hold_until_commit
from assay.db.models import SYSTEM_USER_ID, ActorKind, ApiToken, KnownPlace, Role, Scope, SignedIn, SignInLink, User
from assay.errors import Conflict, InvalidInput, NotFound
from assay.kinds import folded
from assay.text.names import strict_skeleton

NAME_LIMIT: Final = 100
OPERATOR: Final = "local:"
"""How the name of a person at the command line begins; the rest is that of their account on the machine."""


async def ensure_user(session: AsyncSession, name: str) -> Actor:
    """The person of this name, made known at the first decision. Raises Conflict where another's looks the same."""
    named = select(User).where(User.name == name)
    user = await session.scalar(named)
    if user is None:
        await session.execute(insert(User).values(name=name, kind=ActorKind.USER).on_conflict_do_nothing())
        user = await session.scalar(named)
    if user is None:
        raise Conflict(await _looks_the_same(session, name))
    return Actor(user.id, user.name, user.kind)


async def create_user(
    session: AsyncSession, name: str, *, role: Role, actor: Actor, kind: ActorKind = ActorKind.USER
) -> User:
    """A new person or agent. Raises InvalidInput for a name that cannot be one, Conflict for one that is taken, also
    in other letters or by a name that looks the same."""
    _check_name(name)
    if strict_skeleton(name).startswith(strict_skeleton(OPERATOR)):
        raise InvalidInput(f"Names that begin with {OPERATOR} are those of people at the command line: choose another.")
    if kind is ActorKind.SYSTEM:
        raise InvalidInput("There is one system, and it cannot be created: a user or an agent can.")
    await _refuse_namesake(session, name)
    adding = insert(User).values(name=name, kind=kind, role=role).on_conflict_do_nothing()
    made = await session.scalar(adding.returning(User.id))
    if made is None:
        raise Conflict(await _looks_the_same(session, name))
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
    await _replace_password(session, user, password_hash, actor=actor)
    return user


async def change_password(session: AsyncSession, actor: Actor, old_hash: str, new_hash: str, *, keep: str) -> None:
    """Replaces one's own password, and signs oneself out everywhere else. `keep`: the digest of the session that goes
    on. Raises Conflict where the password was replaced meanwhile."""
    user = await _held(session, actor.user_id)
    if user.password_hash != old_hash:
        raise Conflict("The password was replaced meanwhile: sign in again.")
    await _replace_password(session, user, new_hash, actor=actor, keep=keep)


async def _replace_password(
    session: AsyncSession, user: User, password_hash: str, *, actor: Actor, keep: str = ""
) -> None:
    if user.kind is ActorKind.AGENT:
        raise InvalidInput(f"{user.name} is an agent: it comes with a token, not with a password.")
    user.password_hash = password_hash
    await _sign_out_everywhere(session, user.id, keep=keep)
    await record(session, actor, [noted("user.password_changed", user.id, user.name)])


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


async def listed(session: AsyncSession, *, after: str | None = None, limit: int) -> Sequence[User]:
    """Everybody, by name; `after` this one."""
    query = select(User).order_by(User.name).limit(limit)
    if after is not None:
        query = query.where(User.name > after)
    return (await session.scalars(query)).all()


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise InvalidInput("A user's name is empty, or holds blanks at its ends or characters that cannot be shown.")
    if len(name) > NAME_LIMIT:
        raise InvalidInput(f"The user's name has {len(name)} characters; {NAME_LIMIT} are allowed.")


async def _refuse_namesake(session: AsyncSession, name: str) -> None:
    """Raises Conflict where somebody has this name, also in other letters: nobody could tell the two apart."""
    await hold_until_commit(session, USER_NAMES)
    same = [known for known in await session.scalars(select(User.name)) if folded(known) == folded(name)]
    if same:
        raise Conflict(f"There is a user {same[0]!r} already.")


async def _looks_the_same(session: AsyncSession, name: str) -> str:
    known = await session.scalar(select(User.name).where(User.look == strict_skeleton(name)))
    return f"There is a user {known!r} already, and {name!r} looks the same: choose a name that people can tell apart."


async def _held(session: AsyncSession, user_id: int) -> User:
    """The user, held until the commit. The system is nobody's to change."""
    user = await session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    if user.id == SYSTEM_USER_ID:
        raise InvalidInput("The system can never sign in: it has no role and no password to change.")
    return user


async def _keep_an_admin(session: AsyncSession, user: User) -> None:
    """Raises Conflict where nobody else would be left who may do everything, or could come in to do it.

    Holds the others, so that two cannot both go.
    """
    if user.role is not Role.ADMIN:
        return
    query = select(User.id, _has_a_way_in()).where(User.role == Role.ADMIN, User.disabled_at.is_(None))
    admins = dict((await session.execute(query.order_by(User.id).with_for_update(of=User))).tuples().all())
    comes_in = admins.pop(user.id, False)
    if not admins:
        raise Conflict(f"{user.name} is the last admin: make somebody else one first.")
    if comes_in and not any(admins.values()):
        raise Conflict(f"{user.name} is the last admin who can sign in: give another a password or a token first.")


def _has_a_way_in() -> ColumnElement[bool]:
    """Whether an admin has a password, an account at the identity provider, or a token that may do everything."""
    token = exists().where(
        ApiToken.user_id == User.id,
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now()),
        ApiToken.scopes.contains([Scope.ADMIN]),
    )
    return or_(User.password_hash.is_not(None), User.oidc_subject.is_not(None), token)


async def _sign_out_everywhere(session: AsyncSession, user_id: int, *, keep: str = "") -> None:
    """Devices and addresses are no longer known either. `keep`: the digest of a session that goes on."""
    await session.execute(delete(SignedIn).where(SignedIn.user_id == user_id, SignedIn.id_hash != keep))
    await session.execute(delete(SignInLink).where(SignInLink.user_id == user_id))
    await session.execute(delete(KnownPlace).where(KnownPlace.user_id == user_id))
