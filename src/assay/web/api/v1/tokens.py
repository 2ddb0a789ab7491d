"""Keys for programs. Everybody has their own; an admin sees and gives them for everybody."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from assay.accounts import tokens
from assay.accounts.actions import get_user
from assay.accounts.identity import Identity
from assay.db.models import Scope
from assay.errors import Forbidden
from assay.web.auth import Account, Open, allow
from assay.web.errors import documented
from assay.web.idempotency import Key, Route, Write, claim_for_secret
from assay.web.models import Label, Moment, RequestModel, UserId
from assay.web.paging import PageQuery
from assay.web.state import Session
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import CreatedToken, TokenView

router = APIRouter(prefix="/tokens", tags=["tokens"], dependencies=[allow(Open.SIGNED_IN)], route_class=Route)


class NewToken(RequestModel):
    name: Label
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    expires_at: Moment | None = None
    user_id: UserId | None = None
    """Whose; left out, your own."""


@router.get("")
async def list_tokens(asked: Annotated[PageQuery, Query()], session: Session, account: Account) -> PageOf[TokenView]:
    """Your tokens, or everybody's to an admin; the newest first."""
    owner = None if account.may(Scope.ADMIN) else account.actor.user_id
    return await lists.tokens(session, after=asked.after, limit=asked.limit, user_id=owner)


@router.post("", status_code=HTTPStatus.CREATED, responses=documented(404, 409))
async def create_token(
    asked: NewToken, request: Request, session: Session, account: Account, key: Key = None
) -> CreatedToken:
    """A new key. It can do no more than you and its user can, ends no later than the token it was asked for with, and
    only its digest is kept."""
    await claim_for_secret(request, session, key)
    owner = asked.user_id or account.actor.user_id
    _may_give(account, owner, asked)
    made = await tokens.create(
        session, owner, name=asked.name, scopes=asked.scopes, expires_at=asked.expires_at, actor=account.actor
    )
    user = await get_user(session, owner)
    return CreatedToken.of(made.token, user.name, token=made.secret)


@router.delete("/{token_id}", status_code=HTTPStatus.NO_CONTENT, responses=documented(404))
async def revoke_token(token_id: UUID, session: Write, account: Account) -> None:
    """Ends a key at once. A token without the right to admin ends no other than itself."""
    owner = None if account.may(Scope.ADMIN) else account.actor.user_id
    credential = None if account.keeps_keys() else account.credential
    await tokens.revoke(session, token_id, actor=account.actor, owner=owner, credential=credential)


def _may_give(account: Identity, owner: int, asked: NewToken) -> None:
    """1. tokens that only do a job give none; 2. to others only an admin; 3. no more than it may; 4. nor for longer."""
    if not account.keeps_keys():
        raise Forbidden("A token without the right to admin gives no tokens: sign in, or ask an admin.")
    if owner != account.actor.user_id and not account.may(Scope.ADMIN):
        raise Forbidden("Only an admin gives tokens to others.")
    if beyond := set(asked.scopes) - account.scopes:
        raise Forbidden(f"You may not give what you do not have: {', '.join(sorted(beyond))}.")
    ends = None if account.by_session else account.expires_at
    if ends and (asked.expires_at is None or asked.expires_at > ends):
        raise Forbidden(f"This token ends at {ends.isoformat(timespec='seconds')}: give an expires_at by then.")
