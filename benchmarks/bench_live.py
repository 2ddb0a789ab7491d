"""From the commit to the sockets: 1,000 WebSocket clients at one web app and at two, beside bare NATS.

Of the clients 5 % stop reading. The moment of a commit is taken when the commit has returned.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nats
import numpy as np

from assay.accounts import actions, tokens
from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.db import migrate
from assay.db.engine import Database
from assay.db.models import ActorKind, Role, Scope
from assay.messaging import outbox
from assay.messaging.events import JobRecovered
from assay.runtime.supervisor import Supervisor
from assay.web.concurrency import MAX_LISTENING

CLIENTS, EVENTS, A_SECOND = int(os.environ.get("ASSAY_BENCH_CLIENTS", "1000")), 1000, 100
RELAY = """
import asyncio, sys
from assay.db.engine import Database
from assay.messaging.relay import relay
asyncio.run(relay(Database(sys.argv[1]), sys.argv[2]))
"""


async def keys(database: Database) -> str:
    """Of as many users as it takes for so many clients."""
    return ",".join([await key(database, f"bench {number}") for number in range(-(-CLIENTS // MAX_LISTENING))])


async def key(database: Database, name: str) -> str:
    async with database.transaction() as session:
        made = await actions.create_user(session, name, role=Role.VIEWER, kind=ActorKind.AGENT, actor=SYSTEM)
        return (await tokens.create(session, made.id, name="bench", scopes=[Scope.READ], actor=SYSTEM)).secret


async def paced(act) -> list[float]:
    """Acts at an even pace, and tells when each act was done."""
    began, done = time.perf_counter(), []
    for number in range(EVENTS):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        await act(number)
        done.append(time.time())
    return done


@dataclass
class Row:
    """One way: how late each event was at each listener, who got all of them, and what it cost."""

    name: str
    late: np.ndarray
    exact: str = ""
    cost: str = ""

    def line(self, limit: np.ndarray) -> str:
        p50, p99 = np.percentile(self.late, [50, 99])
        times = f"{1000 * p50:>8.1f} {1000 * p99:>8.1f} {p50 / limit[0]:>7.0f} {p99 / limit[1]:>7.0f}"
        return f"  {self.name:<30} {times}  {self.exact:<12} {self.cost}"


def seconds_of(processes: list[subprocess.Popen[str]]) -> float:
    """Processor time that they used."""
    ticks = 0
    for each in processes:
        fields = Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def to_sockets(
    name: str, addresses: list[str], key: str, since: int, folder: Path, act, servers: list[subprocess.Popen[str]]
) -> Row:
    """Clients listen while events are made at an even pace."""
    result = folder / "result"
    numbers = map(str, (EVENTS, CLIENTS, since))
    clients = start(sys.executable, "benchmarks/live_clients.py", str(result), *numbers, key, *addresses)
    assert (await asyncio.to_thread(clients.stdout.readline)).strip() == "ready"
    before = seconds_of(servers)
    committed = np.array(await paced(act))
    assert await asyncio.to_thread(clients.wait) == 0
    exact, reading, spent = result.read_text().partition("\n")[0].split()
    cost = f"{seconds_of(servers) - before:.1f} s and {float(spent):.1f} s of {EVENTS / A_SECOND:.0f} s"
    rows = np.loadtxt(result, skiprows=1)
    return Row(name, rows[:, 1] - committed[rows[:, 0].astype(int)], f"{exact} of {reading}", cost)


async def through_assay(
    name: str, database: Database, key: str, folder: Path, apis: list[subprocess.Popen[str]]
) -> Row:
    async with database.transaction() as session:
        _, since = await outbox.bounds(session)

    async def commit(number: int) -> None:
        async with database.transaction() as session:
            await record(session, SYSTEM, [Record.of(JobRecovered(str(number)))])

    return await to_sockets(name, [address_of(each) for each in apis], key, since, folder, commit, apis)


async def through_bare_sockets(folder: Path) -> Row:
    """Prepared bytes, written to every client in one loop: what this machine can do at all."""
    server = start(sys.executable, "benchmarks/live_limit.py")
    port = server.stdout.readline().strip()
    tell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    tell.connect(("127.0.0.1", int(port)))

    async def send(number: int) -> None:
        tell.send(b"%d" % number)

    try:
        name = f"bare sockets, {CLIENTS} listeners"
        return await to_sockets(name, [f"127.0.0.1:{port}"], "none", 0, folder, send, [server])
    finally:
        server.kill()
        server.wait()


async def through_nats(url: str) -> np.ndarray:
    """The same pace from one connection to ten others."""
    late: list[float] = []
    sent: dict[int, float] = {}

    async def arrived(message) -> None:
        late.append(time.time() - sent[int(message.data)])

    listeners = [await nats.connect(url) for _ in range(10)]
    for each in listeners:
        await each.subscribe("bench", cb=arrived)
        await each.flush()
    sender = await nats.connect(url)

    async def send(number: int) -> None:
        sent[number] = time.time()
        await sender.publish("bench", str(number).encode())

    await paced(send)
    await asyncio.sleep(1)
    for each in (sender, *listeners):
        await each.close()
    return np.array(late)


def start(*command: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})


def address_of(api: subprocess.Popen[str]) -> str:
    return next(found[1] for line in api.stdout if (found := re.search(r"http://(\S+)", line)))


async def measure(urls: dict[str, str], folder: Path) -> None:
    database = Database(urls["DATABASE_URL"])
    secret = await keys(database)
    rows = [Row("bare NATS, 10 listeners", await through_nats(urls["NATS_URL"])), await through_bare_sockets(folder)]
    for number in (1, 2):
        apis = [start(sys.executable, "-m", "assay", "api", "--port", "0", **urls) for _ in range(number)]
        relay = start(sys.executable, "-c", RELAY, urls["DATABASE_URL"], urls["NATS_URL"])
        name = f"{CLIENTS} clients at {number} web app{'s' * (number > 1)}"
        try:
            rows.append(await through_assay(name, database, secret, folder, apis))
        finally:
            for each in (*apis, relay):
                each.kill()
                each.wait()
    await database.close()
    limit = np.percentile(rows[0].late, [50, 99])
    print(
        f"\n{EVENTS} events, {A_SECOND} a second; 5 % of the clients stop reading; {os.cpu_count()} cores for all of it"
    )
    print(
        f"  {'way':<30} {'p50 ms':>8} {'p99 ms':>8} {'x p50':>7} {'x p99':>7}  {'all, in order':<12} server and clients"
    )
    for row in rows:
        print(row.line(limit))


with tempfile.TemporaryDirectory() as folder:
    supervisor = Supervisor(Path(folder) / "home")
    found = supervisor.start()
    try:
        migrate.upgrade(found.database_url)
        urls = {"DATABASE_URL": found.database_url, "NATS_URL": found.nats_url, "ASSAY_HOME": folder}
        asyncio.run(measure({**urls, "ASSAY_REQUESTS_PER_SECOND": "1000"}, Path(folder)))
    finally:
        supervisor.stop()
