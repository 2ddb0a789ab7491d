"""Who is told."""

from typing import Protocol

from assay.alerts.notice import Notice
from assay.errors import Unavailable


class Undelivered(Unavailable):
    """A receiver did not take a notice. The sentence holds no secret."""


class AlertRefused(Undelivered):
    """The receiver wants no notices any more: there is no use in trying again."""


class Receiver(Protocol):
    """Takes notices. `name` is the same in every process and at every start."""

    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str:
        """Where it is, for people, without a secret."""
        ...

    async def send(self, notice: Notice) -> None:
        """Returns when the receiver has taken it, within a bounded time. Raises Undelivered."""
        ...
