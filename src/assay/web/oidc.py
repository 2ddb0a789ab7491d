"""Signing in through an identity provider: the browser goes out to the provider, and comes back to a session."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from assay.accounts import attempts, oidc, sessions
from assay.accounts.oidc import Attempt, Provider
from assay.db.models import Role
from assay.errors import NotFound
from assay.settings import Settings
from assay.web.api.v1.session import let_in, whereabouts
from assay.web.auth import HOST_COOKIE, Open, allow, cookie_name
from assay.web.state import State

router = APIRouter(prefix="/sign-in/oidc", dependencies=[allow(Open.EVERYBODY)], include_in_schema=False)

ATTEMPT_SECONDS: Final = 600
MAX_PARAMETER_LENGTH: Final = 4_000
Parameter = Annotated[str | None, Query(max_length=MAX_PARAMETER_LENGTH)]


@router.get("")
async def begin(request: Request, state: State) -> RedirectResponse:
    """Sends the browser to the provider."""
    provider = _provider(state.settings)
    async with state.connections.identity.transaction() as session:
        await attempts.spend_address(session, whereabouts(request))
    attempt = Attempt.anew()
    answer = RedirectResponse(await provider.begin(attempt), HTTPStatus.SEE_OTHER)
    answer.set_cookie(_attempt_cookie(request), attempt.write(), max_age=ATTEMPT_SECONDS, **_kept_safe(request))
    return answer


@router.get("/back")
async def back(
    request: Request,
    state: State,
    code: Parameter = None,
    answered: Annotated[str | None, Query(alias="state", max_length=MAX_PARAMETER_LENGTH)] = None,
    error: Parameter = None,
) -> RedirectResponse:
    """Signs in the person whom the provider sends back."""
    provider = _provider(state.settings)
    attempt = Attempt.read(request.cookies.get(_attempt_cookie(request)))
    attempt.expect(answered or "")
    if error is not None or code is None:
        raise oidc.refused(error or "no code")
    person = await provider.finish(attempt, code)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    new_role = state.settings.assay_oidc_new_role
    async with state.connections.identity.transaction() as session:
        opened = await sessions.sign_in_by_provider(session, person, new_role=Role(new_role) if new_role else None)
        await attempts.succeeded(session, attempts.of_address(whereabouts(request)))
        await let_in(request, answer, session, opened)
    answer.delete_cookie(_attempt_cookie(request), **_kept_safe(request))
    return answer


def _provider(settings: Settings) -> Provider:
    if not oidc.is_configured(settings):
        raise NotFound("Signing in through an identity provider is not set up here: ASSAY_OIDC_ISSUER is not set.")
    return Provider(settings)


def _attempt_cookie(request: Request) -> str:
    return cookie_name(request).replace("session", "sign_in")


def _kept_safe(request: Request) -> dict[str, Any]:
    """Out of reach of scripts. Lax, because the way back starts on a page of the provider."""
    return {"path": "/", "secure": cookie_name(request) == HOST_COOKIE, "httponly": True, "samesite": "lax"}
