"""Children that never outlive this process, and strays of an owner that was killed."""

import ctypes
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from signal import SIGKILL, Signals
from typing import TypeAlias

from assay.errors import Unavailable
from assay.runtime.files import open_private
from assay.runtime.unix_user import UnixUser

Child: TypeAlias = "subprocess.Popen[bytes]"
Steps: TypeAlias = Sequence[tuple[Signals, float]]
"""Signals in rising severity, each with the seconds it is given to work. SIGKILL always follows the last."""

_PR_SET_PDEATHSIG = 1
_LAST_RESORT = (SIGKILL, 10.0)
_ORPHANS_LEAVE_ALONE_IN = 2.0
_SECONDS_BETWEEN_LOOKS = 0.5

_nursery: ThreadPoolExecutor


def _open_nursery() -> None:
    # The kernel sends the parent-death signal when the *thread* that forked ends, not the process. Whichever thread
    # asks for a server (or for the restart of one), the fork happens in this one, which lives as long as the process.
    global _nursery
    _nursery = ThreadPoolExecutor(max_workers=1, thread_name_prefix="assay-nursery")


_open_nursery()
os.register_at_fork(after_in_child=_open_nursery)  # a fork copies the executor without its thread


def spawn(
    arguments: Sequence[str],
    *,
    folder: Path,
    output: Path,
    on_our_death: Signals,
    user: UnixUser | None = None,
    keep: Sequence[int] = (),
) -> Child:
    """Start a child in `folder`, with its output in the file `output` and the descriptors `keep` left open.

    It gets the signal `on_our_death` when this process ends, however it ends. It lives in a session of its own, so
    that Ctrl-C reaches us first and the servers stop in order. PG* variables meant for clients are withheld.
    """

    def fork() -> Child:
        with open_private(output) as log:
            return subprocess.Popen(
                arguments,
                cwd=folder,
                env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=keep,
                start_new_session=True,
                umask=0o077,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
                preexec_fn=_death_pact(on_our_death),
            )

    return _nursery.submit(fork).result()


def _death_pact(last_signal: Signals) -> Callable[[], None]:
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def sign() -> None:  # runs after the change of account, which would void the pact, and before exec, which keeps it
        prctl(_PR_SET_PDEATHSIG, int(last_signal))
        if os.getppid() != parent:
            os._exit(1)

    return sign


def stop(child: Child, steps: Steps) -> None:
    """Ask politely, then less so; returns when the child is gone."""
    for severity, seconds in (*steps, _LAST_RESORT):
        child.send_signal(severity)
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
            return


def wait_for(happened: Callable[[], bool], seconds: float) -> bool:
    """Look every few milliseconds until `happened` or the time is over; tells which."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def await_end(children: Sequence[Child], seconds: float, *, unless: int) -> None:
    """Sleeps until one of them ends, but no longer than that, nor when something is to be read from `unless`.

    Not long either where one has ended already and is to be started again, nor on a kernel that does not tell.
    """
    watched = select.poll()
    watched.register(unless, select.POLLIN)
    with ExitStack() as opened:
        for child in children:
            try:
                descriptor = os.pidfd_open(child.pid)
            except OSError:
                seconds = min(seconds, _SECONDS_BETWEEN_LOOKS)
                continue
            opened.callback(os.close, descriptor)
            watched.register(descriptor, select.POLLIN)
        watched.poll(seconds * 1000)


def marker(folder: Path) -> str:
    """A word on the command line of the server of `folder` by which a later owner knows it for certain.

    It is made of the folder's inode, which no other folder can get while that server keeps it as working directory.
    A pid proves nothing, and /proc/<pid>/cwd of another account is hidden from root in an ordinary container.
    """
    status = folder.stat()
    return f"assay-{status.st_dev:x}-{status.st_ino:x}"


def remove_strays(program: str, mark: str, steps: Steps) -> None:
    """Stop what a dead owner left running. Raises Unavailable when it survives even SIGKILL."""
    if not any(_heads(program, mark)):
        steps = ()
        wait_for(lambda: not any(_strays(program, mark)), _ORPHANS_LEAVE_ALONE_IN)
    for severity, seconds in (*steps, _LAST_RESORT):
        for pid in _strays(program, mark) if severity is SIGKILL else _heads(program, mark):
            with suppress(ProcessLookupError):
                os.kill(pid, severity)
        if wait_for(lambda: not any(_strays(program, mark)), seconds):
            return
    raise Unavailable(f"An old {program} ({mark}) does not stop: end it, or set ASSAY_HOME to another folder.")


def serves(folder: Path) -> bool:
    """Whether a server of ours runs in `folder`, with or without its owner."""
    mark = marker(folder)
    return any(any(word.endswith(mark) or f" {mark}: " in word for word in words) for _, words in _command_lines())


def _heads(program: str, mark: str) -> Iterator[int]:
    """Main processes: their command line is still the one they were started with."""
    for pid, words in _command_lines():
        if Path(words[0]).name == program and any(word.endswith(mark) for word in words[1:]):
            yield pid


def _strays(program: str, mark: str) -> Iterator[int]:
    """Main processes and their workers, which PostgreSQL retitles as `postgres: <mark>: checkpointer`."""
    yield from _heads(program, mark)
    for pid, words in _command_lines():
        if words[0].startswith(f"{program}: {mark}: "):
            yield pid


def _command_lines() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile
            if line := (entry / "cmdline").read_bytes():
                yield int(entry.name), line.decode(errors="replace").split("\0")


def start_time(pid: int) -> int | None:
    """When that process started, in kernel ticks: with the pid it names one process. None when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])
