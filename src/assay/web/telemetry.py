"""The counters of one process."""

import time
from typing import Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BROADCAST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
UNMATCHED: Final = "unmatched"


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

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", UNMATCHED)
                method = scope["method"] if route != UNMATCHED else "any"
                self.telemetry.requests.labels(method, route, str(message["status"])).inc()
                self.telemetry.seconds.labels(route).observe(time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, send_counted)


def count_requests(app: FastAPI) -> Telemetry:
    """Counts the requests of the app."""
    telemetry = Telemetry()
    app.add_middleware(CountRequests, telemetry=telemetry)
    return telemetry
