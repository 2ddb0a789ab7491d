"""Signing in with a password, and out."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from assay.accounts import limits, sessions
from assay.db.models import ActorKind, Role, Scope
from assay.web.access import (
    HOST_COOKIE,
    Account,
    Open,
    allow,
    cookie_name,
    refuse_other_origins,
)
from assay.web.errors import documented
from assay.web.models import Answer, Asked, Text
from assay.web.state import Session, State, WebState

router = APIRouter(prefix="/session", tags=["session"])


class Credentials(Asked):
    name: Text
    password: Text


class SessionView(Answer):
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
    """Sign in. The answer sets a cookie that lasts seven days."""
    refuse_other_origins(request)
    await hold_back(request, state, f"sign-in as {credentials.name[:200].casefold()}")
    opened = await sessions.sign_in(state.database, credentials.name, credentials.password)
    set_cookie(request, response, opened.secret)
    async with state.database.transaction() as session:
        found = await sessions.identify(session, opened.secret)
    assert found  # noqa: S101  # it was opened a moment ago
    return view(found)


async def hold_back(request: Request, state: WebState, *keys: str) -> None:
    """Raises TooMany for who tries to sign in again and again, from one address or by another key."""
    address = request.client.host if request.client else "unknown"
    async with state.database.transaction() as session:
        for key in (f"sign-in from {address}", *keys):
            await limits.spend(session, key, limits.SIGN_IN)
        await limits.forget_spent(session)


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


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """Gives the browser its session, out of reach of scripts and of pages elsewhere."""
    name = cookie_name(request)
    response.set_cookie(
        name,
        secret,
        max_age=int(sessions.LIFETIME.total_seconds()),
        path="/",
        secure=name == HOST_COOKIE,
        httponly=True,
        samesite="lax",
    )
