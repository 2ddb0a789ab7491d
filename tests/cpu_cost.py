"""What work costs the processor. Unlike the time on a clock, that does not depend on who else is at work."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def costs_little(seconds: float = 10) -> Iterator[None]:
    """Work that grows in line with its input takes a small part of this; what grows with its square, far more."""
    before = time.process_time()
    yield
    assert time.process_time() - before < seconds


def calls_of(act: Callable[[], object]) -> int:
    """How many functions it calls, of Python and of C: the same wherever and whenever it runs."""
    calls = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls
