"""What the servers survive, and that they touch nobody else."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, SIGTERM
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.patience import PATIENCE

from assay.errors import BrokenServer, Unavailable
from assay.runtime import binaries, cluster, process, selftest, sql
from assay.runtime.nats import Nats
from assay.runtime.postgres import Postgres
from assay.runtime.server import Keeper, Server
from assay.runtime.services import running
from assay.runtime.supervisor import Supervisor
from assay.runtime.unix_user import UnixUser

NOBODY = UnixUser(65534, 65534)


def greeting(url: str) -> dict[str, Any]:
    """What NATS says of itself to whoever connects."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        first_line = connection.makefile().readline()
    told: dict[str, Any] = json.loads(first_line.removeprefix("INFO "))
    return told


def answers(url: str) -> bool:
    try:
        return bool(greeting(url))
    except OSError:
        return False


def test_a_crashed_postgres_comes_back_on_the_same_address(home, hold, query):
    owner = hold(home)
    url = owner.said()["database_url"]
    query(url, "CREATE TABLE kept AS SELECT 7 AS seven")
    os.kill(owner.servers()["postgres"], SIGKILL)
    assert query(url, "SELECT seven FROM kept") == 7


def test_a_crashed_nats_comes_back_on_the_same_address(home, hold):
    owner = hold(home)
    url = owner.said()["nats_url"]
    crashed = owner.servers()["nats-server"]
    os.kill(crashed, SIGKILL)
    assert process.wait_for(lambda: owner.servers().get("nats-server", crashed) != crashed, PATIENCE)
    assert process.wait_for(lambda: answers(url), PATIENCE)


class Falling(Server):
    """Crashes as soon as it is launched."""

    name = "Falling"
    farewell = ()

    def launch(self) -> None:
        arguments = ["sh", "-c", "echo out of luck; exit 1"]
        self.child = process.spawn(arguments, folder=self.folder, output=self.output, on_our_death=SIGTERM)
        self.child.wait()

    def ready(self) -> bool:
        return False


def test_a_server_that_keeps_crashing_is_given_up_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(Keeper, "pauses", (0.0, 0.0, 0.0))
    server = Falling(tmp_path)
    server.launch()
    keeper = Keeper(server)
    for _ in range(3):
        keeper.tick()
    with pytest.raises(Unavailable, match="Falling crashed 4 times in a row: out of luck"):
        keeper.tick()


def test_crashes_far_apart_are_not_added_up(tmp_path, monkeypatch):
    monkeypatch.setattr(Keeper, "pauses", (0.0,))
    monkeypatch.setattr(Keeper, "steady_after", -1.0)
    server = Falling(tmp_path)
    server.launch()
    keeper = Keeper(server)
    for _ in range(5):
        keeper.tick()


def test_a_process_that_got_the_pid_of_a_dead_postmaster_is_not_harmed(home, supervisor):
    server_user = (home / "postgres-18").stat().st_uid  # PostgreSQL respects only pids of its own account
    stranger = subprocess.Popen(["sleep", "60"], user=server_user)
    try:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (home / "postgres-18" / name).write_text(f"{stranger.pid}\n{home}/postgres-18\n")
        supervisor.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_postmaster_left_by_a_dead_owner_is_stopped_first(home, supervisor, query):
    left = Postgres(home)
    left.launch()
    assert process.wait_for(left.ready, PATIENCE)
    assert query(supervisor.start().database_url, "SELECT 1") == 1
    assert left.child
    assert left.child.wait(PATIENCE) == 0  # it was asked, not killed


def test_a_stray_that_ignores_every_request_is_killed(tmp_path):
    mark = process.marker(tmp_path)
    (tmp_path / mark).touch()
    arguments = ["tail", "-f", str(tmp_path / mark)]
    stray = process.spawn(arguments, folder=tmp_path, output=tmp_path / "out", on_our_death=SIGKILL)
    stray.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, stray.pid, os.WSTOPPED)  # a signal that comes before it has stopped would end it
    process.remove_strays("tail", mark, ((SIGINT, 0.1), (SIGQUIT, 0.1)))
    assert stray.wait(PATIENCE) == -SIGKILL


def test_a_server_outlives_the_thread_that_asked_for_it(home):
    server = Nats(home)
    with ThreadPoolExecutor(1) as short_lived:
        short_lived.submit(server.start, deadline=float("inf")).result()
    assert server.child
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            server.child.wait(0.2)
    finally:
        server.stop()


def test_nats_asks_for_the_token_and_keeps_messages(supervisor, home):
    told = greeting(supervisor.start().nats_url)
    assert (told["auth_required"], told["jetstream"], told["host"]) == (True, True, "127.0.0.1")
    config = home / "nats" / "nats.conf"
    assert 'sync_interval: "1s"' in config.read_text()
    assert config.stat().st_mode & 0o777 == 0o600


def test_two_nats_servers_never_share_a_store(supervisor, home, monkeypatch):
    supervisor.start()
    monkeypatch.setattr("assay.runtime.nats.remove_strays", lambda *_: None)
    with pytest.raises(Unavailable, match="Another NATS server uses"):
        Nats(home).launch()


def test_nats_takes_another_port_when_its_own_was_taken(home, supervisor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (home / "nats.port").write_text(str(port))
        assert urlsplit(supervisor.start().nats_url).port != port


def test_a_path_too_long_for_a_socket_falls_back_to_a_port(home, hold, query):
    deep = home.parent.joinpath("x" * 50, "y" * 50)
    deep.parent.mkdir()
    home.rename(deep)
    owner = hold(deep)
    url = owner.said()["database_url"]
    assert urlsplit(url).hostname == "127.0.0.1"
    assert query(url, "SELECT current_database()") == "assay"
    os.kill(owner.servers()["postgres"], SIGKILL)
    assert query(url, "SELECT 1") == 1
    owner.kill()
    assert hold(deep).said()["database_url"] == url


def test_an_address_with_unusual_letters_is_written_so_that_clients_understand_it(home, supervisor, query):
    odd = home.with_name("a b+c%é")
    home.rename(odd)
    odd_supervisor = Supervisor(odd)
    try:
        assert query(odd_supervisor.start().database_url, "SELECT 1") == 1
    finally:
        odd_supervisor.stop()


def test_it_runs_for_an_ordinary_account(as_root, open_folder, hold, query):
    if not binaries._reaches(Path(sys.prefix), NOBODY):
        pytest.skip("this checkout lies in a folder that only root may enter")
    home = open_folder / "home"
    home.mkdir()
    shutil.chown(home, NOBODY.uid, NOBODY.gid)
    owner = hold(home, user=NOBODY.uid)
    assert query(owner.said()["database_url"], "SELECT 1") == 1
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in owner.servers().values()} == {65534}
    assert owner.leave() == {"stopped": True}


def test_as_root_postgres_runs_as_somebody_else_below_a_folder_only_root_may_enter(as_root, home, hold):
    modes = [(folder, folder.stat()) for folder in home.parents]
    assert any(before.st_mode & 0o777 == 0o700 for _, before in modes)
    owner = hold(home)
    owner.said()
    assert Path("/proc", str(owner.servers()["postgres"])).stat().st_uid != 0
    for folder, before in modes:
        now = folder.stat()
        assert (now.st_mode, now.st_uid, now.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_cluster_of_another_postgres_is_not_touched(tmp_path):
    (tmp_path / "PG_VERSION").write_text("17\n")
    with pytest.raises(Unavailable, match="was made by PostgreSQL 17 and this is PostgreSQL 18"):
        cluster.ensure(tmp_path, tmp_path, None, "")


def test_a_server_that_cannot_start_says_why(home, supervisor):
    (home / "postgres-18" / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(Unavailable, match=r'PostgreSQL did not start: .*"nonsense"'):
        supervisor.start()


def test_a_lost_password_is_named(home, supervisor):
    (home / "postgres.password").unlink()
    with pytest.raises(Unavailable, match=r"postgres\.password should hold its password: .*authentication failed"):
        supervisor.start()


def test_a_cpu_that_cannot_run_pgvector_is_told_to_use_another_database(home, supervisor, monkeypatch):
    (home / "selftest").unlink()
    illegal_instruction = "COPY (SELECT 1) TO PROGRAM 'kill -ILL $PPID'"
    monkeypatch.setattr(sql, "SELFTEST", (illegal_instruction,))
    with pytest.raises(BrokenServer, match=r"This CPU cannot run the embedded PostgreSQL.* set DATABASE_URL"):
        supervisor.start()
    assert not (home / "selftest").exists()


def test_the_self_test_runs_once_for_a_cpu_and_again_for_another(home, supervisor, monkeypatch):
    url = supervisor.start().database_url
    monkeypatch.setattr(sql, "SELFTEST", ("SELECT pg_terminate_backend(pg_backend_pid())",))
    selftest.ensure_passed(url, home / "selftest")
    monkeypatch.setattr(selftest, "_cpu", lambda: "another")
    with pytest.raises(BrokenServer):
        selftest.ensure_passed(url, home / "selftest")


def test_the_self_test_leaves_our_database_empty(supervisor):
    with psycopg.connect(supervisor.start().database_url) as connection:
        extensions = connection.execute("SELECT extname FROM pg_extension").fetchall()
    assert extensions == [("plpgsql",)]


def test_servers_do_not_outlive_the_program_that_runs_them(home, supervisor, monkeypatch):
    supervisor.start()
    supervisor.watch()
    monkeypatch.setattr("assay.runtime.supervisor.PROGRAM", home / "removed.py")
    with pytest.raises(Unavailable, match="The program was removed"):
        supervisor.watch()
    assert running(home) is None
