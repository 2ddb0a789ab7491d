"""A command at a real terminal, as somebody sees and operates it."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time

from tests.faults.helpers import ROOT
from tests.patience import PATIENCE


class Terminal:
    """What it shows is read until something is there; then keys are pressed."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.screen = ""
        self.near_end, far_end = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assay", *words],
            stdin=far_end,
            stdout=far_end,
            stderr=far_end,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "200", **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches it
        )
        os.close(far_end)

    def see(self, words: str) -> str:
        """Waits until that is shown, and forgets what was shown up to it."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.screen:
            assert select.select([self.near_end], [], [], max(0, deadline - time.monotonic()))[0], self.screen
            try:
                self.screen += os.read(self.near_end, 65536).decode(errors="replace").replace("\r", "")
            except OSError:  # the far end is closed
                raise AssertionError(f"It ended and showed: {self.screen}") from None
        before, self.screen = self.screen.split(words, 1)
        return before

    def press(self, keys: str) -> None:
        os.write(self.near_end, keys.encode())

    @property
    def takes_lines(self) -> bool:
        """Whether what is typed comes line by line, as a shell leaves it, and is shown."""
        modes = termios.tcgetattr(self.near_end)[3]
        return bool(modes & termios.ICANON and modes & termios.ECHO)

    def end(self) -> int:
        code = self.process.wait(PATIENCE)
        os.close(self.near_end)
        return code
