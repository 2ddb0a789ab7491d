"""The web app: what monitors ask, and the metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assay.db.engine import Database
from assay.settings import Settings
from assay.web import errors, health, index
from assay.web.api.v1 import metrics
from assay.web.state import WebState

BASE: Final = "/api/v1"


def create_app(settings: Settings, database_url: str, nats_url: str, *, hosts: tuple[str, ...] = ("*",)) -> FastAPI:
    """The app on these servers. `hosts`: the Host headers it answers to."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(database_url)
        app.state.assay = WebState(settings, database, nats_url)
        yield
        await database.close()

    app = FastAPI(
        title="Assay",
        summary="A knowledge proposal system",
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    errors.install(app)
    app.include_router(index.router)
    app.include_router(health.router)
    app.include_router(metrics.router, prefix=BASE)
    return app
