"""The web app: the API, what monitors ask, and the page at the address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from assay.accounts.oidc import check as check_sign_in
from assay.background_tasks import background
from assay.db.engine import Database
from assay.imports.runner import LIMITS, ImportRunner
from assay.imports.uploads import Uploads
from assay.messaging.hub import Hub
from assay.queue.deps import make_deps
from assay.settings import Settings
from assay.web import errors, health, index, live, monitoring, oidc, pages
from assay.web.api.v1 import (
    alerts,
    audit,
    bulk,
    decide,
    duplicates,
    erasures,
    export,
    extractions,
    graph,
    imports,
    jobs,
    knowledge,
    merge,
    messages,
    metrics,
    people,
    policy,
    policy_trial,
    proposals,
    propose,
    review,
    review_bulk,
    review_queue,
    session,
    sources,
    tokens,
    users,
    whole_export,
    withdraw,
)
from assay.web.auth import refuse_undeclared
from assay.web.connections import READS, Connections
from assay.web.middleware import (
    MAX_BODY_BYTES,
    STOPPING,
    TOO_LARGE,
    App,
    BodyDeadline,
    EndsWithItsClient,
    SecurityHeaders,
)
from assay.web.openapi import describe
from assay.web.proxies import TrustedProxies
from assay.web.refusals import Refusals
from assay.web.state import WebState
from assay.web.telemetry import count_requests

BASE: Final = "/api/v1"


def create_app(settings: Settings, database_url: str, nats_url: str, *, hosts: tuple[str, ...] = ("*",)) -> FastAPI:
    """The app on these servers. `hosts`: the Host headers it answers to. Raises InvalidInput for bad settings."""
    check_sign_in(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        deps = make_deps(settings, database_url, READS)
        connections = Connections.to(database_url, deps.database)
        hub = Hub(connections.live, nats_url, observe=telemetry.broadcast.observe)
        runner = ImportRunner(Database(database_url, LIMITS), Uploads(settings.uploads_folder))
        app.state.assay = WebState(settings, connections, nats_url, deps, hub, telemetry, Refusals(), runner)
        async with background(hub.run(), stop=hub.close), runner.working():
            yield
        await connections.close()

    app = App(
        title="Assay",
        summary="A knowledge proposal system",
        openapi_url=None,  # a route of ours answers it
        docs_url=None,
        redoc_url=None,
        routes=_routes(),
        lifespan=lifespan,
        max_body_size=MAX_BODY_BYTES,
    )
    app.add_middleware(BodyDeadline)
    app.add_middleware(EndsWithItsClient)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    wrong_host = f"The Host header names somebody else: this is {', '.join(hosts)}."
    app.add_middleware(errors.AsProblem, sentences={400: wrong_host, 413: TOO_LARGE, 503: STOPPING})
    app.add_middleware(SecurityHeaders)
    telemetry = count_requests(app)
    app.add_middleware(TrustedProxies, trusted=settings.trusted_proxies)  # the outermost: what it hands on is a copy
    errors.install(app)
    describe(app)
    refuse_undeclared(app)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """The routes of every app of this process: they depend on no setting, and take the longest to make."""
    every = APIRouter(
        generate_unique_id_function=lambda route: route.name,  # so are the functions of generated clients called
        max_body_size=MAX_BODY_BYTES,
    )
    for each in (index, pages, oidc, health, monitoring):
        every.include_router(each.router)
    every.include_router(_api(), prefix=BASE)
    return every.routes


def _api() -> APIRouter:
    api = APIRouter(responses=errors.ALWAYS)
    of_both_kinds = (export, bulk, proposals, decide, withdraw, merge, propose, knowledge)
    of_one = (
        metrics,
        session,
        users,
        people,
        alerts,
        duplicates,
        graph,
        tokens,
        messages,
        erasures,
        sources,
        imports,
        whole_export,
        extractions,
        jobs,
        audit,
        policy,
        policy_trial,
        live,
        review_queue,
        review_bulk,
        review,
    )
    for router in (*(each.router for each in of_one), *(router for each in of_both_kinds for router in each.routers)):
        api.include_router(router)
    return api
