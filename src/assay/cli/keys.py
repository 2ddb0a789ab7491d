"""What a person presses: one key at a time at a terminal, one line at a time elsewhere."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from assay.cli.output import console, printable

END: Final = ""
"""There is no more input."""
LONGEST: Final = 64
"""Bytes that are read at once: of a key, and of those pressed with it, which mean nothing any more."""


class Keys:
    """Where they come from."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdin.isatty() and console.is_terminal

    async def press(self) -> str:
        """The next key, pressed after what is on the screen now was drawn; elsewhere the first character of a line."""
        if not self.is_terminal:
            line = sys.stdin.readline()
            return line.strip()[:1] or (" " if line else END)
        with _one_by_one():
            console.print("> ", end="")
            await _readable()
            key = os.read(sys.stdin.fileno(), LONGEST).decode(errors="replace")[:1] or END
        console.print(printable(key), markup=False)
        return key

    async def line(self, question: str) -> str:
        """What is typed up to Enter; at a terminal it can be edited."""
        console.print(f"{question} ", end="", markup=False)
        if self.is_terminal:
            await _readable()
        return sys.stdin.readline().strip()


async def _readable() -> None:
    """Waits, so that Ctrl-C ends it."""
    loop, terminal = asyncio.get_running_loop(), sys.stdin.fileno()
    ready = asyncio.Event()
    loop.add_reader(terminal, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(terminal)


@contextmanager
def _one_by_one() -> Iterator[None]:
    """What was typed ahead is dropped: it was meant for something that was not seen yet."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal, termios.TCSAFLUSH)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
