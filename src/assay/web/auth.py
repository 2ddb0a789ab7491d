"""Who asks, and whether they may. Nothing is answered by a route that does not declare who may ask."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, Any, Final, cast
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from assay.accounts import limits, sessions, tokens
from assay.accounts.identity import Identity
from assay.accounts.limits import Rate
from assay.audit.actor import Actor
from assay.db.models import Scope
from assay.errors import AssayError, Forbidden, Unauthenticated
from assay.web.proxies import from_this_machine
from assay.web.state import SAFE_METHODS, WebState

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
HOST_COOKIE: Final = "__Host-assay_session"
LOOPBACK_COOKIE: Final = "assay_session"
"""Over plain HTTP on the machine itself browsers take no cookie that asks for HTTPS."""
NOBODY: Final = 0
"""Stands for whoever shows no account, where requests are counted by user."""
BURST_SECONDS: Final = 10
NOT_AWAITED: Final = select(func.set_config("synchronous_commit", "off", True))
"""What a request has spent of its user's allowance may be lost with the machine: no request waits for a disk to keep
it, nor behind a large change that others write there."""


class Open(StrEnum):
    """What needs no account."""

    EVERYBODY = "everybody"
    MONITOR = "monitor"
    """From this machine, or with an account."""
    SIGNED_IN = "signed in"
    """Any account, whatever it may do."""


Permission = Scope | Open


class Requires:
    """The declared permission of a route; as a dependency it holds a request to it, unless the route did before."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, connection: HTTPConnection) -> None:
        if getattr(connection.state, "let_in_by", None) is not self:
            await self.check(connection)

    async def check(self, connection: HTTPConnection) -> None:
        """Raises Unauthenticated or Forbidden for a request that it does not let in."""
        if self.permission is Open.EVERYBODY:
            return
        identity = await identify(connection)
        if identity is None:
            if self.permission is Open.MONITOR and from_this_machine(connection):
                return
            raise Unauthenticated("Sign in, or send a token: Authorization: Bearer assay_...")
        connection.state.identity = identity
        if isinstance(self.permission, Scope) and not identity.may(self.permission):
            raise Forbidden(f"{identity.actor.name} may not do this: it takes the right to {self.permission}.")


class Guarded(APIRoute):
    """A route that looks at who asks before it reads what they send. Dependencies come after the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            for each in _declared(self):
                await each.check(request)
                request.state.let_in_by = each
            async with _in_turn(request):
                return await handle(request)

        return answer


@asynccontextmanager
async def _in_turn(request: Request) -> AsyncIterator[None]:
    """Whoever asks has few reads and changes under way at a time, so that others have theirs."""
    who: Identity | None = getattr(request.state, "identity", None)
    web, user_id = cast(WebState, request.app.state.assay), who.actor.user_id if who else NOBODY
    if request.method in SAFE_METHODS:
        with web.reads.counted(user_id):
            async with web.read_turns.turn(f"user {user_id}"):
                yield
    elif who is None:
        yield
    else:
        with web.writes.counted(user_id):
            yield


def allow(permission: Permission) -> Any:
    """Declares on a route or router who may ask."""
    return Depends(Requires(permission))


def permissions(app: FastAPI) -> dict[str, list[Permission]]:
    """What each route of the app declares, by method and path."""
    return {
        f"{','.join(sorted(route.methods or {'WEBSOCKET'}))} {route.path}": [each.permission for each in needs]
        for route in iter_route_contexts(app.routes)
        for needs in [_declared(route)]
    }


def _declared(route: Any) -> list[Requires]:
    dependant = getattr(route, "dependant", None) or getattr(route.starlette_route, "dependant", None)
    needed = dependant.dependencies if dependant else []
    return [each.call for each in needed if isinstance(each.call, Requires)]


def refuse_undeclared(app: FastAPI) -> None:
    """Keeps an app from starting that has a route about which nobody decided. Raises AssayError."""
    undeclared = [route for route, declared in permissions(app).items() if len(declared) != 1]
    if undeclared:
        raise AssayError(f"These routes do not declare one permission: {', '.join(undeclared)}.")


async def identify(connection: HTTPConnection) -> Identity | None:
    """The account behind a request; None where it shows none.

    Raises Unauthenticated for one that is not valid, Forbidden for a page elsewhere that uses a person's cookie, and
    TooMany.
    """
    state = cast(WebState, connection.app.state.assay)
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    credential = secret.strip() if scheme else session_cookie(connection) or ""
    if not (scheme or credential):
        return None
    async with state.queues.turn(credential), state.connections.identity.transaction() as session:
        await session.execute(NOT_AWAITED)
        if scheme:
            identity = await tokens.identify(session, credential) if scheme.lower() == "bearer" else None
        else:
            identity = await sessions.identify(session, credential)
        if identity is None:
            raise Unauthenticated("This token or session is not valid: it has expired, or never existed.")
        await _spend(session, identity, state)
    if identity.by_session and connection.scope.get("method", "GET") not in SAFE_METHODS:
        require_same_origin(connection)
    return identity


async def _spend(session: AsyncSession, identity: Identity, state: WebState) -> None:
    a_second = state.settings.assay_requests_per_second
    await limits.spend(session, f"user {identity.actor.user_id}", Rate.a_second(a_second, BURST_SECONDS * a_second))


def require_same_origin(connection: HTTPConnection) -> None:
    """Raises Forbidden unless a page of ours sent the request. A browser says so, and no script can forge it."""
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is not None and urlsplit(origin).netloc == connection.headers.get("host")
    if not ours:
        raise Forbidden("A signed-in browser may change things only from a page of Assay itself.")


def refuse_other_origins(connection: HTTPConnection) -> None:
    """Raises Forbidden where a browser says that a page elsewhere sent the request; programs say nothing."""
    if set(connection.headers) & {"sec-fetch-site", "origin"}:
        require_same_origin(connection)


def cookie_name(connection: HTTPConnection) -> str:
    plain = connection.url.scheme in {"http", "ws"} and connection.url.hostname in LOOPBACK_NAMES
    return LOOPBACK_COOKIE if plain else HOST_COOKIE


def session_cookie(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(cookie_name(connection))


def identity(connection: HTTPConnection) -> Identity:
    """The account of a request that was let in by one."""
    return cast(Identity, connection.state.identity)


def caller(connection: HTTPConnection) -> Actor:
    return identity(connection).actor


Caller = Annotated[Actor, Depends(caller)]
Account = Annotated[Identity, Depends(identity)]
