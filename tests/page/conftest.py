"""A real browser before the real web app. Where either cannot be had, these tests are skipped with the reason."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.conftest import copied
from tests.patience import PATIENCE, until
from tests.web.helpers import PASSWORD, with_password

from assay.background_tasks import background
from assay.db.engine import Database
from assay.db.models import Role
from assay.messaging.relay import relay
from assay.settings import Settings
from assay.web import pages
from assay.web.app import create_app
from assay.web.server import make_server

CHROMIUM = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium")
PEOPLE = {"ana": Role.ADMIN, "bert": Role.REVIEWER, "vera": Role.VIEWER}
DESKTOP, PHONE = {"width": 1320, "height": 860}, {"width": 390, "height": 844}


class Site:
    """A web app with its own database, served by a thread of its own."""

    def __init__(self, database_url: str, nats_url: str, home: Path) -> None:
        self.database_url, self.nats_url, self.home = database_url, nats_url, home
        self.loop = asyncio.new_event_loop()
        self.ended = asyncio.Event()
        self.address = ""
        self.database: Any = None
        self.app: Any = None
        self.server: Any = None
        self.serving: Any = None

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In the thread of the app: the browser has the loop of this one."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def serve(self, started: "Future[None]") -> None:
        try:
            self.loop.run_until_complete(self._serve(started))
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            raise

    async def _serve(self, started: "Future[None]") -> None:
        async with self._database(), background(relay(self.database, self.nats_url)):
            await self._start()
            started.set_result(None)
            await self.ended.wait()
            await self._stop()

    async def _start(self, port: int = 0) -> None:
        listener = socket.create_server(("127.0.0.1", port))
        self.app = app = create_app(Settings(assay_home=self.home), self.database_url, self.nats_url)
        self.server = make_server(app)
        self.serving = asyncio.create_task(self.server.serve([listener]))
        await until(lambda: self.server.started and app.state.assay.hub.begun)
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"

    async def _stop(self) -> None:
        self.server.should_exit = True
        await self.serving

    async def restart(self) -> None:
        """The web app ends and comes back at the same address."""
        await self._stop()
        await self._start(urlsplit(self.address).port or 0)

    @asynccontextmanager
    async def _database(self):
        self.database = Database(self.database_url)
        for name, role in PEOPLE.items():
            await with_password(self.database, name, role)
        yield
        await self.database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """As long as it lives, the loop of this thread is its own: no test of another file may run beside it."""
    if not pages.is_built():
        pytest.skip(pages.why_missing())
    if CHROMIUM is None:
        pytest.skip("There is no Chromium on this machine: install it, or name it in ASSAY_CHROMIUM.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(
    chromium: Any, server_url: str, template: str, nats_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with copied(server_url, template) as url:
        site, started = Site(url, nats_url, tmp_path_factory.mktemp("home")), Future[None]()
        thread = threading.Thread(target=site.serve, args=(started,), daemon=True)
        thread.start()
        started.result(PATIENCE)
        yield site
        site.loop.call_soon_threadsafe(site.ended.set)
        thread.join(PATIENCE)


@pytest.fixture
def opened(chromium: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Opens a page as somebody. At the end nothing may have been complained of, and no other host asked."""
    contexts, complaints = [], []

    def complain_and_dismiss(dialog: Any) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def open_page(path: str = "/ui/review", who: str | None = "ana", **more: Any) -> Any:
        context = chromium.new_context(**{"viewport": DESKTOP, "base_url": site.address, **more})
        contexts.append(context)
        context.set_default_timeout(PATIENCE * 1000)
        if who:
            credentials = {"name": who, "password": PASSWORD}
            answer = context.request.post("/api/v1/session", data=credentials, headers={"Origin": site.address})
            assert answer.status == 201, answer.text()
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", complain_and_dismiss)
        page.on(
            "request", lambda asked: complaints.append(asked.url) if host(asked.url) != host(site.address) else None
        )
        page.goto(path)
        return page

    yield open_page
    for each in contexts:
        each.close()
    assert complaints == []


def is_complaint(said: Any) -> bool:
    """A refusal of the server is told on the page; that the browser notes it too is no fault."""
    return (
        said.type in {"error", "warning"}
        and "Failed to load resource" not in said.text
        and "WebSocket" not in said.text
    )


def host(url: str) -> str:
    return urlsplit(url).netloc if urlsplit(url).scheme in {"http", "https", "ws", "wss"} else ""
