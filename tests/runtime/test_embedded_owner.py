"""Who owns the servers, and what is left when the owner goes, however it goes."""

import os
import shutil
import signal
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from tests.patience import PATIENCE

from assay.errors import Unavailable
from assay.runtime.process import start_time, wait_for
from assay.runtime.services import RunningState, in_use, record_web, running
from assay.runtime.supervisor import Supervisor


def state_of(home: Path) -> RunningState:
    state = running(home)
    assert state
    return state


def all_gone(pids: Iterable[int]) -> bool:
    return wait_for(lambda: all(start_time(pid) is None for pid in pids), PATIENCE)


def test_processes_that_start_together_agree_on_one_owner_and_one_address(tmp_path, hold, query):
    holders = [hold(tmp_path / "new") for _ in range(3)]
    reports = [holder.said() for holder in holders]
    assert sorted(report["owned"] for report in reports) == [False, False, True]
    assert len({(report["database_url"], report["nats_url"]) for report in reports}) == 1
    assert query(reports[0]["database_url"], "SELECT current_database()") == "assay"


def test_who_only_attached_touches_nothing_when_leaving(home, hold, query):
    owner = hold(home)
    url = owner.said()["database_url"]
    guest = hold(home)
    assert guest.said()["owned"] is False
    assert guest.leave() == {"stopped": True}
    assert query(url, "SELECT 1") == 1
    assert state_of(home).owner_pid == owner.process.pid


def test_a_killed_owner_leaves_no_server_behind_and_the_next_start_takes_over(home, hold, query):
    owner = hold(home)
    report = owner.said()
    guest = hold(home)
    guest.said()
    query(report["database_url"], "CREATE TABLE kept AS SELECT 7 AS seven")
    servers = owner.servers()
    assert set(servers) == {"postgres", "nats-server"}
    owner.kill()
    assert all_gone(servers.values())
    assert running(home) is None
    successor = hold(home)
    assert successor.said() == report  # the very same addresses: the guest goes on as if nothing had happened
    assert query(report["database_url"], "SELECT seven FROM kept") == 7


def test_a_folder_is_in_use_until_the_last_server_of_a_killed_owner_is_gone(home, hold):
    holder = hold(home)
    holder.said()
    servers = holder.servers()
    assert in_use(home)
    holder.kill()
    assert wait_for(lambda: not in_use(home), PATIENCE)
    assert not any(start_time(pid) for pid in servers.values())


def test_a_server_restarted_by_the_watcher_dies_with_the_owner_too(home, hold, query):
    owner = hold(home)
    url = owner.said()["database_url"]
    os.kill(owner.servers()["postgres"], signal.SIGKILL)
    query(url, "SELECT 1")
    servers = owner.servers()
    owner.kill()
    assert all_gone(servers.values())


def test_killed_in_the_middle_of_the_first_start_it_starts_the_next_time(tmp_path, hold, query):
    home = killed_in_the_middle(hold, (tmp_path / f"home{number}" for number in range(9)))
    assert query(hold(home).said()["database_url"], "SELECT 1") == 1
    assert not list(home.glob("postgres-18.init-*"))


def killed_in_the_middle(hold, homes: Iterable[Path]) -> Path:
    """A folder whose owner was killed before its database was complete, which can only be tried."""
    for home in homes:
        victim = hold(home)
        assert wait_for(partial(_is_being_made, home), PATIENCE)
        victim.kill()
        if not (home / "postgres-18").exists():
            return home
    raise AssertionError("It was complete each time.")


def _is_being_made(home: Path) -> bool:
    return any(home.glob("postgres-18.init-*/base"))


def test_ctrl_c_reaches_the_servers_only_through_their_owner(home, hold):
    owner = hold(home)
    owner.said()
    servers = owner.servers()
    assert os.getsid(owner.process.pid) not in {os.getsid(pid) for pid in servers.values()}
    os.killpg(owner.process.pid, signal.SIGINT)
    assert owner.said() == {"stopped": True}
    assert all_gone(servers.values())


def test_removing_the_data_folder_stops_its_servers(home, hold):
    owner = hold(home)
    owner.said()
    servers = owner.servers()
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)  # the servers were still writing
    assert "was removed" in owner.said()["sentence"]
    assert all_gone(servers.values())


def test_a_folder_put_in_the_place_of_ours_is_left_alone(home, supervisor):
    supervisor.start()
    home.rename(home.with_name("moved"))
    home.mkdir()
    (home / "services.json").write_text("somebody else's")
    with pytest.raises(Unavailable, match="was removed"):
        supervisor.watch()
    assert (home / "services.json").read_text() == "somebody else's"


def test_starting_again_in_the_same_process_is_safe(home, supervisor):
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: supervisor.start(), range(4)))
    assert {services.owned for services in found} == {True}
    guest = Supervisor(home)
    assert guest.start().owned is False
    guest.stop()
    assert running(home) is not None


def test_a_forked_child_does_not_inherit_the_servers(supervisor, home):
    supervisor.start()
    child = os.fork()
    if child == 0:
        supervisor.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert running(home) is not None


def test_the_state_is_private_and_knows_the_web_address(supervisor, home):
    services = supervisor.start()
    record_web(home, "http://127.0.0.1:8000")
    state = state_of(home)
    assert (home / "services.json").stat().st_mode & 0o777 == 0o600
    assert (state.owner_pid, state.web_url) == (os.getpid(), "http://127.0.0.1:8000")
    assert (state.database_url, state.nats_url) == (services.database_url, services.nats_url)
    assert set(state.versions) == {"postgres", "nats"}
    assert "postgresql://" not in repr(state)


def test_nothing_is_running_where_nothing_was_started(tmp_path):
    assert running(tmp_path) is None
    assert running(tmp_path / "absent") is None
    with pytest.raises(Unavailable, match="Nothing runs"):
        record_web(tmp_path, "http://127.0.0.1:8000")


def test_a_state_whose_owner_is_dead_is_not_believed_while_the_next_one_starts(home, hold):
    owner = hold(home)
    owner.said()
    left_over = (home / "services.json").read_text()
    owner.kill()
    successor = Supervisor(home)
    try:
        successor.start()
        (home / "services.json").write_text(left_over)
        assert running(home) is None
    finally:
        successor.stop()


@pytest.mark.parametrize(("place", "reason"), [("file", "it is a file"), ("file/below", "not a directory")])
def test_a_data_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path, place, reason):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match=rf"cannot be used: {reason}; set ASSAY_HOME to another\.$"):
        Supervisor(tmp_path / place).start()


def test_a_data_folder_of_somebody_else_is_refused_in_one_sentence(as_root, open_folder, hold):
    report = hold(open_folder, user=65534).said()
    assert report["error"] == "Unavailable"
    assert "is not writable" in report["sentence"]


def test_waiting_for_an_owner_that_never_gets_ready_ends_in_one_sentence(supervisor, home):
    supervisor.start()
    Path(home / "services.json").unlink()
    with pytest.raises(Unavailable, match="were not ready in time"):
        Supervisor(home).start(timeout=0.1)
