"""The page in a real browser, with 100 and with 10,000 in the queue: from a key to what it brings, and first screens.

Beside each stands the limit in the same run: a key that only changes a word, an empty page, an empty request. A time
in the browser ends when the frame that shows the result has been drawn.
"""

import asyncio
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import text

from assay.accounts import actions, passwords
from assay.audit.actor import SYSTEM
from assay.db import migrate
from assay.db.engine import Database
from assay.db.models import Role
from assay.runtime.supervisor import Supervisor
from assay.web import pages

WAITING = 100, 10_000
PRESSES, LOADS, CALLS = 30, 7, 100
PAUSE_MS = 400
"""Between two presses: nobody reads faster."""
NAME, PASSWORD = "bench", "a long enough password"
QUEUE = "/ui/review?sort=created_at"
LIMITS = {"key": (40, 80), "cold": 1000, "warm": 300, "review": 160_000, "all": 260_000}
"""Milliseconds (median and p95 of a key) and packed bytes of scripts."""
RELAY = """
import asyncio, sys
from assay.db.engine import Database
from assay.messaging.relay import relay
asyncio.run(relay(Database(sys.argv[1]), sys.argv[2]))
"""
FILL = """
    INSERT INTO proposals (id, kind, proposed_by_user_id, title, body, title_key, identity_key, atom_type,
        stated_confidence, confidence, source, channel, dedup_state, created_at)
    SELECT gen_random_uuid(), 'atom', 1, 'The pool of service ' || n || ' holds ' || n % 90 || ' connections',
        'In full: the pool of service ' || n || ' was set to ' || n % 90 || ' connections on Monday, after a test.',
        n::text, n::text, 'insight', 0.5, (n % 100) / 100.0, 'bench', 'channel ' || n % 20, 'clear',
        now() - n * interval '1 second'
    FROM generate_series(1, :number) AS n"""
SOURCE = """
    INSERT INTO sources (id, name, skeleton, kind, owner_user_id, trust)
    VALUES (gen_random_uuid(), 'bench', 'bench', 'import', 1, 'trusted')
    ON CONFLICT DO NOTHING"""
DRAWN = "const drawn = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));"
WATCH = (
    DRAWN
    + """
    window.took = [];
    const shown = () => document.querySelector(".screen:has([data-settled])")?.dataset.id;
    const until = async changed => { while (!changed()) await drawn(); };
    window.addEventListener("keydown", async event => {
        const before = shown();
        if (event.key === "F9") document.querySelector("h2").textContent += ".";
        else await until(() => shown() && shown() !== before);
        await drawn();
        window.took.push(performance.now() - event.timeStamp);
    }, true);
    const usable = () => shown() && document.querySelectorAll(".row").length > 0;
    window.addEventListener("DOMContentLoaded", async () => {
        if (location.pathname.startsWith("/ui/")) await until(usable);
        await drawn();
        window.first = performance.now();
    });"""
)


def main() -> None:
    chromium = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium")
    if chromium is None or not pages.is_built():
        print("Left out: there is no Chromium on this machine, or the page is not built (make page).")
        return
    sizes()
    with served() as (database_url, address):
        for waiting in WAITING:
            asyncio.run(prepare(database_url, waiting))
            print(f"\n{waiting:,} in the queue {'':<28} {'median ms':>9} {'p95 ms':>8}  at most")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                measure(browser, address)
                browser.close()


def measure(browser: Browser, address: str) -> None:
    context = signed_in(browser, address)
    keys(context)
    calls(address, context)
    context.close()
    first_screens(browser, address)


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """The web app in a process of its own, on fresh servers: the address of its database, and its own."""
    with tempfile.TemporaryDirectory() as folder:
        supervisor = Supervisor(Path(folder) / "home")
        found = supervisor.start()
        migrate.upgrade(found.database_url)
        urls = {"DATABASE_URL": found.database_url, "NATS_URL": found.nats_url, "ASSAY_HOME": folder}
        env = {**os.environ, **urls, "ASSAY_REQUESTS_PER_SECOND": "10000", "ASSAY_LOG_LEVEL": "warning"}
        command = [sys.executable, "-m", "assay", "api", "--port", "0"]
        api = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
        relay = subprocess.Popen([sys.executable, "-c", RELAY, found.database_url, found.nats_url])
        try:
            yield found.database_url, next(f[0] for line in api.stdout if (f := re.search(r"http://[\w.:]+", line)))
        finally:
            for each in (api, relay):
                each.kill()
                each.wait()
            supervisor.stop()


async def prepare(database_url: str, waiting: int) -> None:
    """So many wait, and somebody may decide on them."""
    database = Database(database_url)
    hashed = await passwords.hashed(PASSWORD)
    async with database.transaction() as session:
        user = await actions.ensure_user(session, NAME)
        await actions.set_role(session, user.user_id, Role.REVIEWER, actor=SYSTEM)
        await actions.set_password(session, user.user_id, hashed, actor=SYSTEM)
        left = await session.scalar(text("SELECT count(*) FROM proposals WHERE status = 'pending'"))
        await session.execute(text(FILL), {"number": waiting - (left or 0)})
        await session.execute(text(SOURCE))
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    await database.close()


def signed_in(browser: Browser, address: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1320, "height": 860}, base_url=address)
    credentials = {"name": NAME, "password": PASSWORD}
    assert context.request.post("/api/v1/session", data=credentials, headers={"Origin": address}).status == 201
    context.add_init_script(WATCH)
    return context


def keys(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(QUEUE)
    first(page)
    page.wait_for_load_state("networkidle")
    row("limit: a key changes a word", presses(page, "F9"))
    row("j: the next is drawn", presses(page, "j"), LIMITS["key"])
    row("r: decided, and the next is drawn", presses(page, "r"), LIMITS["key"])
    page.close()


def presses(page: Page, key: str) -> list[float]:
    """Milliseconds of each press. One more comes first, which is not counted."""
    for at in range(PRESSES + 1):
        page.keyboard.press(key)
        while page.evaluate("window.took.length") <= at:
            page.wait_for_timeout(5)
        page.wait_for_timeout(PAUSE_MS)
    took: list[float] = page.evaluate("window.took.splice(0)")
    return took[1:]


def first_screens(browser: Browser, address: str) -> None:
    """Cold: nothing is kept of an earlier visit. Warm: scripts and styles are."""
    took: dict[str, list[float]] = {"bare": [], "cold": [], "warm": []}
    for _ in range(LOADS):
        context = signed_in(browser, address)
        page = context.new_page()
        for name, path in (("bare", "/healthz"), ("cold", QUEUE), ("warm", QUEUE)):
            page.goto(path)
            took[name].append(first(page))
            page.wait_for_load_state("networkidle")
        context.close()
    row("limit: an answer of one word is drawn", took["bare"])
    for name in ("cold", "warm"):
        row(f"first screen one can decide on, {name}", took[name], (LIMITS[name],))


def first(page: Page) -> float:
    """Milliseconds from asking for the page to its first usable screen."""
    while (took := page.evaluate("window.first ?? 0")) == 0:
        page.wait_for_timeout(5)
    return float(took)


def calls(address: str, context: BrowserContext) -> None:
    """What Review asks for, one after another over one connection."""
    host, cookies = address.removeprefix("http://"), context.cookies()
    headers = {"Cookie": "; ".join(f"{each['name']}={each['value']}" for each in cookies)}
    connection = http.client.HTTPConnection(host)

    def ask(path: str) -> tuple[float, bytes]:
        start = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        read = answer.read()
        assert answer.status == 200, read
        return 1000 * (time.perf_counter() - start), read

    items = json.loads(ask("/api/v1/review/queue?sort=created_at&limit=100")[1])["items"]
    paths = {
        "limit: an empty request": "/healthz",
        "a page of 100 of the queue": "/api/v1/review/queue?sort=created_at&limit=100",
        "the same, worth deciding first": "/api/v1/review/queue?limit=100",
        "counts of every filter": "/api/v1/review/counts",
        "all of one proposal": f"/api/v1/review/{items[0]['id']}",
    }
    for name, path in paths.items():
        row(name, [ask(path)[0] for _ in range(CALLS)])
    connection.close()


def row(name: str, took: list[float], most: tuple[int, ...] = ()) -> None:
    median, p95 = np.percentile(took, [50, 95])
    missed = "" if all(each <= limit for each, limit in zip((median, p95), most, strict=False)) else "  MISSED"
    print(f"  {name:<44} {median:>9.1f} {p95:>8.1f}  {' / '.join(map(str, most))}{missed}")


def sizes() -> None:
    """Of the scripts as they are sent, gzip."""
    packed = {each.name: each.stat().st_size for each in pages.BUILT.glob("assets/*.js.gz")}
    print(f"\nScripts of all pages: {sum(packed.values()):,} bytes, at most {LIMITS['all']:,}")


if __name__ == "__main__":
    main()
