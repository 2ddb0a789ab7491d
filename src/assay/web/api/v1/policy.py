"""The rules by which the system decides alone."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from assay.db.models import Scope
from assay.errors import Stale
from assay.policies import actions, queries
from assay.policies.queries import InForce
from assay.web.access import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Answer, Asked, Meta, Text
from assay.web.paging import IfMatch, ListQuery, version_read, with_version
from assay.web.state import Session

router = APIRouter(prefix="/policy", tags=["policy"], route_class=Route)

Note = Annotated[Text, Field(max_length=actions.NOTE_LIMIT)]


class PolicyView(Answer):
    """Version 0: nobody has set a rule yet. A rule that is not there is left to the environment."""

    version: int
    document: dict[str, Any]


class PolicyChange(Asked):
    """All rules of the new version. Those left out are left to the environment."""

    document: Meta
    note: Note | None = None


class VersionView(Answer):
    version: int
    document: dict[str, Any]
    author: str
    note: str | None
    created_at: datetime


class Versions(Answer):
    items: list[VersionView]


@router.get("", dependencies=[allow(Scope.READ)])
async def get_policy(session: Session, response: Response) -> PolicyView:
    """The rules in force."""
    return _view(await queries.current(session), response)


@router.put("", responses=documented(412), dependencies=[allow(Scope.ADMIN)])
async def put_policy(
    asked: PolicyChange, session: Write, actor: Caller, response: Response, if_match: IfMatch = None
) -> PolicyView:
    """Write the next version. The machine decides by it at once; nothing decided before is changed."""
    read, before = version_read(if_match), await queries.current(session)
    if read not in {None, before.version}:
        raise Stale(f"The policy changed since it was read: version {read} then, {before.version} now.")
    made = await actions.replace(session, asked.document, actor=actor, note=asked.note)
    return _view(made, response)


@router.get("/history", dependencies=[allow(Scope.READ)])
async def policy_history(asked: Annotated[ListQuery, Query()], session: Session) -> Versions:
    """The versions, the newest first."""
    found = await queries.history(session, limit=asked.limit)
    return Versions(items=[VersionView.model_validate(each) for each in found])


def _view(policy: InForce, response: Response) -> PolicyView:
    with_version(response, policy.version)
    return PolicyView(version=policy.version, document=policy.document.as_stored())
