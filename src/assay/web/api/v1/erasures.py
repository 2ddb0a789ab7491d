"""Deleting what a person said, or what was said in a channel."""

from dataclasses import asdict

from fastapi import APIRouter

from assay.db.models import Scope
from assay.extraction import erasure
from assay.extraction.erasure import Drawn, Whose
from assay.web.auth import Caller, allow
from assay.web.idempotency import Route, Write
from assay.web.models import RequestModel, ResponseModel, Text

router = APIRouter(prefix="/erasures", tags=["erasures"], dependencies=[allow(Scope.ADMIN)], route_class=Route)


class ErasureAsked(RequestModel):
    """`author` or `channel`, or both; `source`: of this one only. `drawn`: what goes of what was drawn from it."""

    author: Text | None = None
    channel: Text | None = None
    source: Text | None = None
    drawn: Drawn = Drawn.ALONE
    notes: Text | None = None
    dry_run: bool = True


class Erasure(ResponseModel):
    """What was erased, or would be. `kept`: proposals that lose quotes and stay. `remaining`: messages still there."""

    dry_run: bool
    messages: int
    quotes: int
    proposals: int
    topics: int
    atoms: int
    kept: int
    remaining: int


@router.post("")
async def erase(asked: ErasureAsked, session: Write, actor: Caller) -> Erasure:
    """Erase up to 1,000 messages and what rests on them. Ask again while any remain. It cannot be undone."""
    whose = Whose(asked.author, asked.channel, asked.source)
    if not asked.dry_run:
        done = await erasure.erase(session, whose, drawn=asked.drawn, actor=actor, notes=asked.notes)
    left = await erasure.preview(session, whose, drawn=asked.drawn)
    counts = left if asked.dry_run else done
    return Erasure(dry_run=asked.dry_run, remaining=left.messages, **asdict(counts))
