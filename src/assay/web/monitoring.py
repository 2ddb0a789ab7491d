"""What Prometheus scrapes: counters of this process, and how queue and jobs stand by one cheap look at the database."""

from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import KnowledgeExtractionRun, OutboxEntry
from assay.proposals import metrics
from assay.review import metrics as review
from assay.web import job_gauges
from assay.web.auth import Guarded, Open, allow
from assay.web.errors import ALWAYS
from assay.web.state import Monitoring, State, WebState

router = APIRouter(tags=["health"], responses=ALWAYS, route_class=Guarded)


@router.get("/metrics", dependencies=[allow(Open.MONITOR)], response_class=Response)
async def prometheus(session: Monitoring, state: State) -> Response:
    """Figures in the format of Prometheus."""
    families = [*_of_process(state), *await _of_broker(state), *await _of_database(session, state)]
    stored = CollectorRegistry()
    stored.register(_Collected(families))
    body = generate_latest(state.telemetry.registry) + generate_latest(stored)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


class _Collected:
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _of_process(state: WebState) -> Iterator[Metric]:
    hub, pool = state.hub, state.connections.in_use
    yield _gauge("assay_live_clients", "Clients that listen to live events here.", len(hub.clients))
    yield _gauge("assay_live_position", "The newest event that the clients here were given.", hub.position)
    for name, words in (("delivered", "Events given to clients."), ("dropped", "Clients that did not read in time.")):
        yield _counter(f"assay_live_{name}", words, getattr(hub.figures, name))
    yield _gauge("assay_database_connections_in_use", "Connections of this process that work.", pool)


async def _of_broker(state: WebState) -> list[Metric]:
    """Over the connection that brings this process its events. Before the database is asked: that must not wait."""
    seconds = await state.hub.round_trip()
    connected = _gauge("assay_broker_connected", "Whether this process hears the broker.", seconds is not None)
    if seconds is None:
        return [connected]
    return [connected, _gauge("assay_broker_round_trip_seconds", "For a question to the broker and back.", seconds)]


_COST: Final = select(
    func.coalesce(func.sum(KnowledgeExtractionRun.llm_tokens_used), 0),
    func.coalesce(func.sum(KnowledgeExtractionRun.cost_estimate), 0),
)
_UNPUBLISHED: Final = select(func.count()).where(OutboxEntry.sequence.is_(None))


async def _of_database(session: AsyncSession, state: WebState) -> list[Metric]:
    """The same whichever process is asked. Counts come from tallies and indexes, never from a scan of proposals."""
    document = await review.document(session, state.settings, state.deps.embedder.model)
    proposals = GaugeMetricFamily("assay_proposals", "Proposals by kind and state.", labels=["kind", "state"])
    ages = GaugeMetricFamily("assay_queue_age_seconds", "Age of the oldest pending.", labels=["kind", "which"])
    undone = GaugeMetricFamily(
        "assay_machine_approvals_taken_back", "Approvals by the system that did not last.", labels=["kind", "reason"]
    )
    times = GaugeMetricFamily(
        "assay_time_to_auto_approval_seconds",
        "From arrival to the system's approval.",
        labels=["kind"],
    )
    for kind in ("topic", "atom"):
        part = document[f"{kind}_proposals"]
        for status in metrics.STATES:
            proposals.add_metric([kind, status], part[status])
        for reason in ("reverted", "superseded", "disputed"):
            undone.add_metric([kind, reason], part[f"taken_back_{reason}"])
        ages.add_metric([kind, "any"], part["oldest_pending_seconds"])
        ages.add_metric([kind, "sure"], part["high_confidence_queue_age_seconds"])
        ages.add_metric([kind, "people"], part["high_confidence_waiting_for_people_seconds"])
        times.add_metric([kind], part["time_to_auto_approval_seconds"])
    tokens, cost = (await session.execute(_COST)).one()
    return [
        proposals,
        undone,
        ages,
        times,
        *await job_gauges.gauges(session),
        _counter("assay_extraction_tokens", "Tokens of language models used.", tokens),
        _counter("assay_extraction_cost", "Estimated cost of extraction.", cost),
        _gauge("assay_events_unpublished", "Events not published yet.", await session.scalar(_UNPUBLISHED) or 0),
    ]


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value=value)
