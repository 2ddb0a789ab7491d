"""Who is told of failures outside, what was sent, and a test. The settings name the receivers."""

from typing import Annotated

from fastapi import APIRouter, Query

from assay.alerts.delivery import severities
from assay.alerts.receivers import configured
from assay.alerts.rules import MAX_PER_DAY
from assay.alerts.trial import tried
from assay.db.models import Scope
from assay.errors import InvalidInput
from assay.messaging.events import Severity
from assay.web.auth import allow
from assay.web.idempotency import Route
from assay.web.models import ResponseModel
from assay.web.paging import PageQuery
from assay.web.state import Session, State
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import AlertView

router = APIRouter(prefix="/alerts", tags=["alerts"], dependencies=[allow(Scope.ADMIN)], route_class=Route)


class ReceiverView(ResponseModel):
    """`address`: where it is sent to, without what is secret of it."""

    name: str
    address: str


class AlertRules(ResponseModel):
    """Who is told of what. `problem`: why the settings name nobody that could be told, in a sentence."""

    receivers: list[ReceiverView]
    problem: str | None
    severities: list[Severity]
    most_per_day: int
    """Failures of one job that one receiver is told in a day."""


class AlertTrial(ResponseModel):
    """`problem`: why the receiver did not take it; null: it did."""

    receiver: str
    problem: str | None


class AlertTrials(ResponseModel):
    items: list[AlertTrial]


@router.get("/receivers")
async def list_alert_receivers(state: State) -> AlertRules:
    """Who is told of failures, and of which, as the settings of this process have it."""
    try:
        receivers, problem = configured(state.settings), None
    except InvalidInput as refusal:
        receivers, problem = [], str(refusal)
    return AlertRules(
        receivers=[ReceiverView(name=each.name, address=each.address) for each in receivers],
        problem=problem,
        severities=list(severities(state.settings.assay_alert_severity)),
        most_per_day=MAX_PER_DAY,
    )


@router.get("")
async def list_alerts(asked: Annotated[PageQuery, Query()], session: Session) -> PageOf[AlertView]:
    """What was sent, held back or given up, the newest first."""
    return await lists.alerts(session, after=asked.after, limit=asked.limit)


@router.post("/test")
async def test_alerts(state: State) -> AlertTrials:
    """Tell every receiver that nothing is wrong, and say which of them took it."""
    found = await tried(configured(state.settings))
    return AlertTrials(items=[AlertTrial(receiver=name, problem=problem) for name, problem in found.items()])
