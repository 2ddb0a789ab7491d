"""Three NATS servers as a cluster: the leader of the queue dies in the middle, and nothing is lost or doubled."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders import rows
from tests.faults import engine as lab_of_engines
from tests.faults.engine import Engine

from assay.queue.broker import JobBroker
from assay.queue.order import Order
from assay.runtime import binaries

pytestmark = [pytest.mark.anyio, pytest.mark.soak]

ORDERS = 200
DONE = "SELECT count(*) FROM job_runs WHERE job = 'quick' AND state = 'ok'"
TWICE = "SELECT task_id FROM job_runs WHERE state = 'ok' GROUP BY task_id HAVING count(*) > 1"


class Cluster:
    """Three servers by name."""

    def __init__(self, folder: Path) -> None:
        self.ports = {f"n{number}": (_free_port(), _free_port()) for number in (1, 2, 3)}
        self.servers = {name: self._start(folder, name) for name in self.ports}

    @property
    def url(self) -> str:
        return ",".join(f"nats://127.0.0.1:{port}" for port, _ in self.ports.values())

    def _start(self, folder: Path, name: str) -> subprocess.Popen[bytes]:
        port, route = self.ports[name]
        routes = ", ".join(f'"nats://127.0.0.1:{each}"' for _, each in self.ports.values())
        config = folder / f"{name}.conf"
        config.write_text(
            f'server_name: {name}\nlisten: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder}/{name}" }}\n'
            f'cluster {{ name: c, listen: "127.0.0.1:{route}", routes: [{routes}] }}\n'
        )
        command = [binaries.nats_server(), "--config", str(config), "--log", str(folder / f"{name}.log")]
        return subprocess.Popen(command)

    def kill(self, name: str) -> None:
        self.servers[name].kill()
        self.servers[name].wait()

    def stop(self) -> None:
        for each in self.servers.values():
            each.kill()
            each.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.stop()


async def test_the_leader_dies_in_the_middle(cluster, database, database_url, tmp_path):
    engine = await lab_of_engines.make(database, database_url, cluster.url, tmp_path / "untouched", replicas=3)
    try:
        await _work_through(engine, cluster)
    finally:
        engine.stop()


async def _work_through(engine: Engine, cluster: Cluster) -> None:
    await engine.workers(1, "--concurrency", "1")
    broker = await engine.broker()
    for number in range(ORDERS):
        await broker.submit(Order("quick", f"order:{number}"))
    await engine.until(lambda: _done(engine, 20))
    info = await broker.js.stream_info(broker.queue_of_jobs.name)
    assert info.config.num_replicas == 3
    cluster.kill(info.cluster.leader)
    await engine.until(lambda: _done(engine, ORDERS))
    late = Order("quick", "order:late")
    await _submit_patiently(broker, late)
    await engine.until(lambda: _done(engine, ORDERS + 1))
    await broker.shutdown()
    assert engine.document("jobs", "status")["broker_connected"]
    assert await rows(engine.database, TWICE) == []
    assert (await engine.steps("quick")).count("begin") == ORDERS + 1


async def _submit_patiently(broker: JobBroker, order: Order) -> None:
    while True:
        try:
            await broker.submit(order)
        except Exception:  # noqa: BLE001  # while the rest of the cluster elects
            await asyncio.sleep(0.5)
        else:
            return


async def _done(engine: Engine, number: int) -> bool:
    [(found,)] = await rows(engine.database, DONE)
    return bool(found >= number)
