"""The people and agents there are."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlalchemy import select

from assay.accounts import actions, passwords
from assay.db.models import ActorKind, Role, Scope, User
from assay.web.access import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Key, Route, Write, claim_for_secret
from assay.web.models import LARGEST_ID, Answer, Asked, Text
from assay.web.state import Session, State

router = APIRouter(prefix="/users", tags=["users"], dependencies=[allow(Scope.ADMIN)], route_class=Route)

UserPath = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class NewUser(Asked):
    name: Text
    role: Role
    kind: ActorKind = ActorKind.USER


class UserChange(Asked):
    """What is left out stays as it is."""

    role: Role | None = None
    disabled: bool | None = None


class NewPassword(Asked):
    password: Text


class UserView(Answer):
    id: int
    name: str
    kind: ActorKind
    role: Role | None
    disabled_at: datetime | None
    created_at: datetime


class Users(Answer):
    items: list[UserView]


@router.get("")
async def list_users(session: Session) -> Users:
    """Everybody, by name."""
    found = await session.scalars(select(User).order_by(User.name))
    return Users(items=[UserView.model_validate(each) for each in found])


@router.post("", status_code=HTTPStatus.CREATED, responses=documented(409))
async def create_user(asked: NewUser, session: Write, actor: Caller) -> UserView:
    """A new person or agent. A person needs a password too, an agent a token."""
    made = await actions.create_user(session, asked.name, role=asked.role, kind=asked.kind, actor=actor)
    return UserView.model_validate(made)


@router.get("/{user_id}", responses=documented(404))
async def get_user(user_id: UserPath, session: Session) -> UserView:
    return UserView.model_validate(await actions.get_user(session, user_id))


@router.patch("/{user_id}", responses=documented(404, 409))
async def change_user(user_id: UserPath, asked: UserChange, session: Write, actor: Caller) -> UserView:
    """Give another role, or disable and enable. A disabled user is signed out everywhere."""
    user = await actions.get_user(session, user_id)
    if asked.role is not None:
        user = await actions.set_role(session, user_id, asked.role, actor=actor)
    if asked.disabled is not None:
        act = actions.disable_user if asked.disabled else actions.enable_user
        user = await act(session, user_id, actor=actor)
    return UserView.model_validate(user)


@router.put("/{user_id}/password", status_code=HTTPStatus.NO_CONTENT, responses=documented(404, 409))
async def set_password(
    user_id: UserPath, asked: NewPassword, request: Request, state: State, actor: Caller, key: Key = None
) -> None:
    """Replace a password. The user is signed out everywhere."""
    hashed = await passwords.hashed(asked.password)
    async with state.database.transaction() as session:
        await claim_for_secret(request, session, key)
        await actions.set_password(session, user_id, hashed, actor=actor)
