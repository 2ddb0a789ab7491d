"""Runs a command in a network of its own, in which we are the only name server: `run` tells which names it asked for.

What native code looks up is seen too, for it is the packets that are counted, not the calls.
"""

import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.patience import PATIENCE

SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41
NO_SUCH_NAME = b"\x81\x83"


def unshare() -> list[str]:
    """The beginning of a command line that gives the rest a network of its own; empty where that is not allowed."""
    for options in ("-nm", "-rnm"):
        command = ["unshare", options]
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


def run(command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The names that a command looks up until it ends. It must end well."""
    ended = subprocess.run(
        [*unshare(), sys.executable, __file__, *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    names: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return names


def _main(command: Sequence[str]) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, tempfile.NamedTemporaryFile("w") as config:
        fcntl.ioctl(server, SET_FLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))
        config.write("nameserver 127.0.0.1\n")
        config.flush()
        subprocess.run(["mount", "--bind", config.name, os.path.realpath("/etc/resolv.conf")], check=True)
        server.bind(("127.0.0.1", 53))
        names: list[str] = []
        threading.Thread(target=_answer, args=[server, names], daemon=True).start()
        ended = subprocess.run(command, stdin=subprocess.DEVNULL)
        print(json.dumps(names))
        return ended.returncode


def _answer(server: socket.socket, names: list[str]) -> None:
    while True:
        query, client = server.recvfrom(4096)
        names.append(_name(query[12:]))
        server.sendto(query[:2] + NO_SUCH_NAME + query[4:6] + bytes(6) + query[12:], client)


def _name(question: bytes) -> str:
    labels = []
    while size := question[0]:
        labels.append(question[1 : 1 + size].decode())
        question = question[1 + size :]
    return ".".join(labels)


def paths_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
