"""Writes that may be sent twice: the answer is kept in the transaction of the change, and given again."""

import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Header, Request, Response
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db.models import IdempotencyKey
from assay.errors import Conflict
from assay.web.auth import Guarded, identity
from assay.web.state import SAFE_METHODS, Session

KEPT_FOR: Final = timedelta(days=1)
REPLAYED: Final = "Idempotency-Replayed"
DONE_BEFORE: Final = (
    "This was done already with this Idempotency-Key, and what has to do with a secret is not kept: "
    "take a new key to do it again."
)

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Repeat a write with the same key and it is carried out once; the answer is kept for a day.",
    ),
]


class Replay(Exception):  # not an error: the answer is known
    def __init__(self, answer: Response) -> None:
        self.answer = answer


async def once(request: Request, session: Session, key: Key = None) -> AsyncIterator[AsyncSession]:
    """The transaction of a write. With a key that was seen, the stored answer is given instead."""
    if key is not None:
        await _claim(session, identity(request).actor.user_id, key, _fingerprint(request, await request.body()))
        request.state.kept = (session, key)
    yield session


Write = Annotated[AsyncSession, Depends(once, scope="function")]


async def claim_for_secret(request: Request, session: AsyncSession, key: str | None) -> None:
    """Lets a write that has to do with a secret happen once with this key. Raises Conflict where it did.

    Nothing of the secret is kept: neither the answer, nor a digest of the body, by which a password could be guessed.
    """
    if key is not None:
        await _claim(session, identity(request).actor.user_id, key, _fingerprint(request, b""))


class Route(Guarded):
    """A route that keeps the answer of a write that came with a key, before its transaction is committed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except Replay as replay:
                return replay.answer
            if request.method not in SAFE_METHODS and hasattr(request.state, "kept"):
                await _keep(request, response)
            return response

        return answer


def _fingerprint(request: Request, body: bytes) -> str:
    target = f"{request.method} {request.url.path}?{request.url.query}\n{request.headers.get('if-match', '')}\n"
    return hashlib.sha256(target.encode() + body).hexdigest()


async def _claim(session: AsyncSession, user_id: int, key: str, fingerprint: str) -> None:
    """Takes the key for this transaction; waits for another that has it. Raises Replay, or Conflict."""
    row = {"user_id": user_id, "key": key, "fingerprint": fingerprint, "created_at": now()}
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now() - KEPT_FOR))
    claimed = await session.scalar(
        insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.key)
    )
    if claimed:
        return
    known = (await session.execute(select(IdempotencyKey).where(*_is(user_id, key)))).scalar_one()
    if known.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key was used for another request: take a new key.")
    if known.status is None:
        raise Conflict(DONE_BEFORE)
    headers = {REPLAYED: "true"} | ({"ETag": known.etag} if known.etag else {})
    raise Replay(Response(known.answer, known.status, media_type="application/json", headers=headers))


async def _keep(request: Request, response: Response) -> None:
    session, key = cast(tuple[AsyncSession, str], request.state.kept)
    answer = bytes(response.body).decode()
    await session.execute(
        update(IdempotencyKey)
        .where(*_is(identity(request).actor.user_id, key))
        .values(status=response.status_code, answer=answer, etag=response.headers.get("etag"))
    )


def _is(user_id: int, key: str) -> tuple[Any, ...]:
    return IdempotencyKey.user_id == user_id, IdempotencyKey.key == key
