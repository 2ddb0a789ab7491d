"""The command `assay`, started once and forked for each call: what a process of its own does, without its imports.

The program that stands for it on the PATH hands over its words, environment, folder and standard streams.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

from tests.patience import PATIENCE

from assay.runtime.process import wait_for

MAX_CALL_BYTES: Final = 2**20
PROGRAM: Final = """#!{python} -IS
import json, os, socket, subprocess, sys
words, environment = sys.argv[1:], dict(os.environ)
if words[:1] == ["up"]:  # as in another terminal
    log = open(environment["UP_LOG"], "a")
    subprocess.Popen([{python!r}, "-m", "assay", *words, "--port", environment["UP_PORT"]],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    import time, urllib.request
    ready = "http://127.0.0.1:" + environment["UP_PORT"] + "/readyz"
    for _ in range(1200):
        try:
            sys.exit(urllib.request.urlopen(ready).status != 200)
        except OSError:
            time.sleep(0.1)
    sys.exit("assay up did not become ready")
call = json.dumps([sys.argv[0], words, os.getcwd(), environment]).encode()
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
socket.send_fds(server, [call], [0, 1, 2])
server.shutdown(socket.SHUT_WR)
sys.exit(int(server.recv(8) or b"70"))
"""


@contextmanager
def program(folder: Path) -> Iterator[Path]:
    """A folder for the PATH that holds the program `assay`."""
    address = folder / "warm.socket"
    (folder / "bin").mkdir()
    command = folder / "bin" / "assay"
    command.write_text(PROGRAM.format(python=sys.executable, address=str(address)))
    command.chmod(0o755)
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "200"}  # a fork of threads stands still
    server = subprocess.Popen([sys.executable, "-m", __name__, str(address)], stdout=subprocess.DEVNULL, env=alone)
    try:
        wait_for(lambda: address.exists() or server.poll() is not None, PATIENCE)
        assert server.poll() is None, "it ended before it could carry out a command"
        yield command.parent
    finally:
        server.terminate()
        server.wait()


def serve(address: str) -> None:
    from assay.cli import app
    from assay.queue import deps  # noqa: F401  # what most commands import when they run

    for name in app.app:  # each names a module, which is imported when it is looked at
        if not name.startswith("-"):
            app.app[name]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    while True:
        client, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            _carry_out(client)
        client.close()


def _carry_out(client: socket.socket) -> NoReturn:
    code = 70
    try:
        code = _run(client)
    except Exception:  # noqa: BLE001  # as Python does at the end of a process
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        client.sendall(str(code).encode())
        os._exit(0)


def _run(client: socket.socket) -> int:
    from assay.cli.app import main

    call, streams, *_ = socket.recv_fds(client, MAX_CALL_BYTES, 3)
    while part := client.recv(MAX_CALL_BYTES):
        call += part
    name, words, folder, environment = json.loads(call)
    for own, given in enumerate(streams):
        os.dup2(given, own)
        os.close(given)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", closefd=False)  # type: ignore[misc]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [name, *words]
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
