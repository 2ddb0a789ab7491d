"""Signing in with a password, and out."""

from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import attempts, sessions
from assay.accounts.attempts import SignInPlace
from assay.accounts.sessions import NewSession
from assay.db.models import ActorKind, Role, Scope
from assay.web.auth import (
    HOST_COOKIE,
    Account,
    Guarded,
    Open,
    allow,
    cookie_name,
    refuse_other_origins,
)
from assay.web.errors import documented
from assay.web.models import RequestModel, ResponseModel, Text
from assay.web.proxies import address
from assay.web.state import Session, State

router = APIRouter(prefix="/session", tags=["session"], route_class=Guarded)


class Credentials(RequestModel):
    name: Text
    password: Text


class PasswordChange(RequestModel):
    old: Text
    new: Text


class SessionView(ResponseModel):
    """Who is signed in, and what they may do."""

    user_id: int
    name: str
    kind: ActorKind
    role: Role
    scopes: list[Scope]
    expires_at: datetime | None
    """When the session or token ends by itself; null: never."""


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[allow(Open.EVERYBODY)])
async def sign_in(credentials: Credentials, request: Request, response: Response, state: State) -> SessionView:
    """Sign in. The answer sets a cookie that lasts seven days, and one by which this device is known again."""
    refuse_other_origins(request)
    async with state.connections.identity.transaction() as session:
        spent = await attempts.spend(session, credentials.name, whereabouts(request))
    opened = await sessions.sign_in(state.connections.identity, credentials.name, credentials.password)
    async with state.connections.identity.transaction() as session:
        await attempts.succeeded(session, spent)
        await let_in(request, response, session, opened)
        found = await sessions.identify(session, opened.secret)
    assert found  # noqa: S101  # it was opened a moment ago
    return view(found)


def whereabouts(request: Request) -> SignInPlace:
    return SignInPlace(address(request), request.cookies.get(device_cookie(request)))


@router.get("", dependencies=[allow(Open.SIGNED_IN)])
async def who_am_i(account: Account) -> SessionView:
    """Who this request comes from, be it by cookie or token."""
    return view(account)


@router.delete("", status_code=HTTPStatus.NO_CONTENT, dependencies=[allow(Open.SIGNED_IN)], responses=documented(409))
async def sign_out(account: Account, request: Request, response: Response, session: Session) -> None:
    """Sign out. A token is not a session: revoke it instead."""
    if account.by_session:
        await sessions.sign_out(session, account)
    response.delete_cookie(cookie_name(request), path="/")


@router.put(
    "/password",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[allow(Open.SIGNED_IN)],
    responses=documented(403, 409),
)
async def change_password(
    change: PasswordChange, account: Account, request: Request, response: Response, state: State
) -> None:
    """Change your own password. Your other sessions end. Wrong tries are counted like those to sign in."""
    async with state.connections.identity.transaction() as session:
        spent = await attempts.spend(session, account.actor.name, whereabouts(request))
    await sessions.change_password(state.connections.identity, account, change.old, change.new)
    async with state.connections.identity.transaction() as session:
        await attempts.succeeded(session, spent)
        device = await attempts.remember(session, account.actor.user_id, whereabouts(request))
    _set_cookie(request, response, device_cookie(request), device, attempts.REMEMBERED)


def view(account: Account) -> SessionView:
    actor = account.actor
    return SessionView(
        user_id=actor.user_id,
        name=actor.name,
        kind=actor.kind,
        role=account.role,
        scopes=sorted(account.scopes),
        expires_at=account.expires_at,
    )


async def let_in(request: Request, response: Response, session: AsyncSession, opened: NewSession) -> None:
    """Gives the browser its session, and what it is known again by."""
    device = await attempts.remember(session, opened.user.id, whereabouts(request))
    _set_cookie(request, response, cookie_name(request), opened.secret, sessions.LIFETIME)
    _set_cookie(request, response, device_cookie(request), device, attempts.REMEMBERED)


def device_cookie(request: Request) -> str:
    return cookie_name(request).replace("session", "device")


def _set_cookie(request: Request, response: Response, name: str, secret: str, lifetime: timedelta) -> None:
    """Out of reach of scripts and of pages elsewhere."""
    response.set_cookie(
        name,
        secret,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=cookie_name(request) == HOST_COOKIE,
        httponly=True,
        samesite="lax",
    )
