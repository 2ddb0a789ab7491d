"""A short-lived owner waits for those who use its servers."""

import multiprocessing
from pathlib import Path

from tests.patience import PATIENCE

from assay.runtime import clients


def _come_and_go(home: Path, came, may_go) -> None:
    with clients.register(home):
        came.set()
        may_go.wait(600)


def test_the_owner_waits_for_a_guest_and_not_for_a_dead_one(tmp_path):
    context = multiprocessing.get_context("spawn")
    came, may_go = context.Event(), context.Event()
    guest = context.Process(target=_come_and_go, args=(tmp_path, came, may_go))
    guest.start()
    assert came.wait(PATIENCE)
    waiting = context.Process(target=_wait, args=(tmp_path,))
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive()
    guest.kill()
    waiting.join(PATIENCE)
    assert waiting.exitcode == 0
    guest.join()


def _wait(home: Path) -> None:
    with clients.exclude(home):
        pass
