"""What this process refused because a server is unwell: said in the log once a minute, and to who asks for health."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

SECONDS: Final = 60.0
MAX_REASONS: Final = 20

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Refused:
    number: int
    told_at: float
    last_at: float


@dataclass(slots=True)
class Refusals:
    """Reasons and when they were told. `clock` in seconds."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[str, _Refused] = field(default_factory=dict)

    def note(self, reason: str) -> None:
        """One more refusal. The line in the log says how many there were since the last one."""
        at = self.clock()
        self._forget(at)
        if (known := self._known.get(reason)) is None:
            if len(self._known) < MAX_REASONS:
                self._known[reason] = _Refused(0, at, at)
                log.warning("refused", reason=reason, number=1)
            return
        known.number, known.last_at = known.number + 1, at
        if at - known.told_at >= SECONDS:
            log.warning("refused", reason=reason, number=known.number)
            known.number, known.told_at = 0, at

    def lately(self) -> list[str]:
        """The reasons of the last minute."""
        self._forget(self.clock())
        return list(self._known)

    def _forget(self, at: float) -> None:
        self._known = {reason: each for reason, each in self._known.items() if at - each.last_at < SECONDS}
