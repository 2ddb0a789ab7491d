"""The counters of one process."""

import logging
import re
import time
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from assay import tracing
from assay.tracing import TRACEPARENT

BROADCAST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
UNMATCHED: Final = "unmatched"
REQUEST_ID: Final = "X-Request-ID"
FIT_FOR_A_LOG: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
IDS: Final = {"proposal_id": "proposal", "entity_id": "entity", "run_id": "extraction", "message_id": "message"}

log = structlog.get_logger(__name__)


class Telemetry:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "assay_http_requests", "Answered requests.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "assay_http_request_seconds", "Time to the start of the answer.", ["route"], registry=self.registry
        )
        self.broadcast = Histogram(
            "assay_broadcast_seconds",
            "From a change to the clients of this process.",
            buckets=BROADCAST_BUCKETS,
            registry=self.registry,
        )


class CountRequests:
    """Counts requests by the template of their route, so that no id becomes a label."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app = app
        self.telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        trace, request = headers.get(TRACEPARENT), _id_of(headers)
        answered: dict[str, Any] = {"status": None}

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = _template(scope)
                method = scope["method"] if route != UNMATCHED else "any"
                self.telemetry.requests.labels(method, route, str(message["status"])).inc()
                self.telemetry.seconds.labels(route).observe(time.perf_counter() - started)
                _describe(span, method, route, message["status"])
                answered["status"] = int(message["status"])  # without the name that HTTPStatus prints
                MutableHeaders(scope=message)[REQUEST_ID] = request
            await send(message)

        with tracing.span("request", "SERVER", parent=trace) as span, bound_contextvars(request=request):
            try:
                await self.app(scope, receive, send_counted)
            finally:
                _note(scope, answered["status"], time.perf_counter() - started)


def _id_of(headers: Headers) -> str:
    """The id that the sender, such as a proxy, gave the request, where it is fit for a log; else a new one."""
    given = headers.get(REQUEST_ID, "")
    return given if FIT_FOR_A_LOG.fullmatch(given) else uuid4().hex


def _note(scope: Scope, status: int | None, seconds: float) -> None:
    """A line for each request. Never its query: that may hold a secret."""
    route = _template(scope)
    ids = {IDS[name]: str(value) for name, value in scope.get("path_params", {}).items() if name in IDS}
    level = logging.DEBUG if route in PROBES else logging.INFO
    facts = {"method": scope["method"], "route": route, "status": status, "seconds": round(seconds, 4)}
    log.log(level, "request", **facts, **ids)


def _template(scope: Scope) -> str:
    """The path of the matched route. It knows its own end of it only: what stands before is that of the request."""
    end = getattr(scope.get("route"), "path", None)
    if end is None:
        return UNMATCHED
    begin = scope["path"].split("/")[: -end.count("/")]
    return "/".join(begin) + str(end)


def _describe(span: Any, method: str, route: str, status: int) -> None:
    """Names a span by its route, so that no id is part of the name, in the words of the conventions for HTTP."""
    if span is None:
        return
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        tracing.fail(span)


def count_requests(app: FastAPI) -> Telemetry:
    """Counts the requests of the app."""
    telemetry = Telemetry()
    app.add_middleware(CountRequests, telemetry=telemetry)
    return telemetry
