"""What work costs the processor. Unlike the time on a clock, that does not depend on who else is at work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def costs_little(seconds: float = 10) -> Iterator[None]:
    """Work that grows in line with its input takes a small part of this; what grows with its square, far more."""
    before = time.process_time()
    yield
    assert time.process_time() - before < seconds
