"""A receiver without an outside."""

from dataclasses import dataclass, field

from assay.alerts.notice import Notice
from assay.alerts.receiver import Undelivered


@dataclass
class MemoryReceiver:
    """Keeps what it is told, or refuses as often as it is asked to."""

    name: str = "memory"
    address: str = "nowhere"
    refusals: int = 0
    taken: list[Notice] = field(default_factory=list)

    async def send(self, notice: Notice) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Undelivered("The memory is closed.")
        self.taken.append(notice)
