"""A disk that was full: what its servers gave up meanwhile goes on when there is room again."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from assay.errors import Unavailable
from assay.messaging import nats
from assay.runtime.server import Keeper
from assay.runtime.supervisor import Supervisor

pytestmark = pytest.mark.anyio
SECONDS_OF_A_TRY = 1.0
MAX_TRIES = 60
"""Of a broker that takes nothing."""


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0755", "tmpfs", str(folder)]
    if subprocess.run(mount, stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("this account may not mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(file: Path) -> None:
    with suppress(OSError), file.open("wb", buffering=0) as disk:
        while disk.write(b"0" * 65536):
            pass


@pytest.mark.parametrize("looked_at_while_full", [True, False])
async def test_a_broker_whose_disk_was_full_takes_orders_again(small_disk, monkeypatch, looked_at_while_full):
    monkeypatch.setattr(Keeper, "steady_after", 0.0)
    supervisor = Supervisor(small_disk / "home", database_url="postgresql://is-not-asked")
    url = supervisor.start().nats_url

    async def takes_orders() -> bool:
        with suppress(NatsError, OSError, Unavailable):
            async with nats.connected(url) as client:
                return bool(await client.jetstream().publish("order", b"x" * 5000, timeout=SECONDS_OF_A_TRY))
        return False

    try:
        async with nats.connected(url) as client:
            await client.jetstream().add_stream(name="ORDERS", subjects=["order"])
        assert await takes_orders()
        fill(small_disk / "filling")
        assert not await takes_orders()
        if looked_at_while_full:
            supervisor.watch()
        (small_disk / "filling").unlink()
        for _ in range(MAX_TRIES):
            supervisor.watch()
            if await takes_orders():
                return
        pytest.fail("it takes none")
    finally:
        supervisor.stop()
