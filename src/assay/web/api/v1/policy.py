"""The rules by which the system decides alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from assay.db.models import Scope
from assay.errors import Stale
from assay.policies import actions, queries
from assay.policies.queries import InForce
from assay.review.policy import Policy
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Meta, RequestModel, Text
from assay.web.paging import IfMatch, PageQuery, version_read, with_version
from assay.web.state import Session, State, WebState
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.policy import policy_view
from assay.web.views.records import PolicyView, VersionView

router = APIRouter(prefix="/policy", tags=["policy"], route_class=Route)

Note = Annotated[Text, Field(max_length=actions.NOTE_LIMIT)]


class PolicyChange(RequestModel):
    """All rules of the new version. Those left out are left to the environment."""

    document: Meta
    note: Note | None = None


@router.get("", dependencies=[allow(Scope.READ)])
async def get_policy(session: Session, state: State, response: Response) -> PolicyView:
    """The rules in force."""
    return _view(await queries.current(session), state, response)


@router.put("", responses=documented(412), dependencies=[allow(Scope.ADMIN)])
async def put_policy(
    asked: PolicyChange, session: Write, state: State, actor: Caller, response: Response, if_match: IfMatch = None
) -> PolicyView:
    """Write the next version. The machine decides by it at once; nothing decided before is changed."""
    read, before = version_read(if_match), await queries.current(session)
    if read not in {None, before.version}:
        sentence = f"The policy changed since it was read: version {read} then, {before.version} now."
        raise Stale(sentence, read=read, now=before.version)
    made = await actions.replace(session, asked.document, actor=actor, note=asked.note)
    return _view(made, state, response)


@router.get("/history", dependencies=[allow(Scope.READ)])
async def policy_history(asked: Annotated[PageQuery, Query()], session: Session) -> PageOf[VersionView]:
    """The versions, the newest first."""
    return await lists.policy_versions(session, after=asked.after, limit=asked.limit)


def _view(policy: InForce, state: WebState, response: Response) -> PolicyView:
    with_version(response, policy.version)
    return policy_view(policy, Policy.of(state.settings, policy))
