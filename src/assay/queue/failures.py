"""What an error of a job means: whether trying again may help, and how loudly to say it. Pure.

Transient errors are those of a server: the whole run is tried again and no item is blamed.
Permanent errors are those of the data: the item is isolated, and a run that raises PermanentError is not tried again.
Critical is what a person must know at once: see `severity`.
"""

from typing import Final

from assay.db.engine import UNREACHABLE
from assay.errors import AssayError, PermanentError, Unavailable
from assay.messaging.events import Severity

LIMIT_EXCEEDED: Final = "54"
"""The class of errors by which PostgreSQL says that a value is too large: the driver calls them operational."""


MIN_SYSTEMIC_FAILURES: Final = 3
"""Failed items from which most of them stand for all."""


class SystemicFailure(AssayError):
    """So much failed of what was attempted that the fault is not with the items, unless there was only one."""

    def __init__(self, sentence: str, items: int) -> None:
        super().__init__(sentence)
        self.items = items


def systemic(failed: int, succeeded: int, reason: str) -> SystemicFailure | None:
    """The failure of a run that is measured on what it attempted, not on what it looked at.

    A run has failed when, in this order,
    1. all that it attempted failed;
    2. more than half of it failed, and no fewer than MIN_SYSTEMIC_FAILURES items.
    """
    attempted = failed + succeeded
    if failed and not succeeded:
        return SystemicFailure(f"{'1 item' if failed == 1 else f'All {failed} items'} failed: {reason}", failed)
    if failed >= MIN_SYSTEMIC_FAILURES and failed > succeeded:
        return SystemicFailure(f"{failed} of {attempted} items failed: {reason}", failed)
    return None


def is_transient(error: BaseException) -> bool:
    """Whether it is the failure of a server, and trying the same again may help."""
    from nats.errors import Error as BrokerError  # slow to import, and commands that only read need no broker

    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return isinstance(error, (*UNREACHABLE, BrokerError, Unavailable)) and not state.startswith(LIMIT_EXCEEDED)


def may_retry(error: BaseException) -> bool:
    """Whether a failed run is tried again after its pause. Only what can never succeed is not."""
    return not isinstance(error, PermanentError)


def severity(error: BaseException, *, attempt: int, attempts: int) -> Severity:
    """How loudly to say that a run failed. `attempt`: the number of this one, 1 the first, of `attempts`.

    Critical is, in this order,
    1. a systemic failure of several items;
    2. that the last of several attempts failed: a server is away for longer, or the job itself is broken.
    Everything else is an error.
    """
    if isinstance(error, SystemicFailure) and error.items > 1:
        return "critical"
    return "critical" if attempt >= attempts > 1 else "error"
