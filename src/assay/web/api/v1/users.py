"""The people and agents there are."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from assay.accounts import actions, passwords
from assay.db.models import ActorKind, Role, Scope
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Key, Route, Write, claim_for_secret
from assay.web.models import MAX_ID, RequestModel, Text
from assay.web.paging import PageQuery
from assay.web.state import Session, State
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import UserView

router = APIRouter(prefix="/users", tags=["users"], dependencies=[allow(Scope.ADMIN)], route_class=Route)

UserPath = Annotated[int, Path(ge=1, le=MAX_ID)]


class NewUser(RequestModel):
    name: Text
    role: Role
    kind: ActorKind = ActorKind.USER


class UserChange(RequestModel):
    """What is left out stays as it is."""

    role: Role | None = None
    disabled: bool | None = None


class NewPassword(RequestModel):
    password: Text


@router.get("")
async def list_users(asked: Annotated[PageQuery, Query()], session: Session) -> PageOf[UserView]:
    """Everybody, by name."""
    return await lists.users(session, after=asked.after, limit=asked.limit)


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
    async with state.connections.writes.transaction() as session:
        await claim_for_secret(request, session, key)
        await actions.set_password(session, user_id, hashed, actor=actor)
