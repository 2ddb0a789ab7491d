"""What travels through the queue: the order to run a job."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self
from uuid import uuid4

from assay import tracing
from assay.clock import in_utc, now
from assay.tracing import TRACEPARENT

if TYPE_CHECKING:
    from taskiq.message import TaskiqMessage

ATTEMPT: Final = "attempt"
TICK: Final = "tick"
DUE_AT: Final = "due_at"
MESSAGE_ID: Final = "msg_id"

MAX_ATTEMPTS: Final = 100
MAX_ID_LENGTH: Final = 200
MAX_PAUSE: Final = timedelta(hours=1)
"""More than any job waits between two attempts."""
MAX_TRACE_LENGTH: Final = 200

REQUEST: Final = "request"
MANUAL: Final = "manual"


@dataclass(frozen=True, slots=True)
class Order:
    """One execution that was asked for. Ordering the same `task_id` and attempt twice makes one execution."""

    job: str
    task_id: str
    attempt: int = 1
    tick: datetime | None = None
    """The moment of the schedule, when that asked for it."""
    due_at: datetime | None = None
    """Not to be started before."""
    trace: str | None = None
    """The traceparent of what asked for it."""

    @classmethod
    def at_tick(cls, job: str, tick: datetime) -> Self:
        return cls(job, f"{job}@{tick.isoformat()}", tick=tick)

    @classmethod
    def anew(cls, job: str, why: str, *, trace: str | None = None) -> Self:
        """`why` is the first word of the id, for people who read the history."""
        return cls(job, f"{why}:{uuid4().hex}", trace=trace)

    @classmethod
    def of(cls, message: "TaskiqMessage") -> Self:
        """Raises ValueError for a message that is no order of ours."""
        labels = message.labels
        attempt = int(labels.get(ATTEMPT, 1))
        if not (1 <= attempt <= MAX_ATTEMPTS and _is_id(message.task_id) and _is_id(message.task_name)):
            raise ValueError("Such an order is never written.")
        return cls(
            message.task_name,
            message.task_id,
            attempt,
            _moment(labels.get(TICK)),
            _moment(labels.get(DUE_AT)),
            _trace(labels.get(TRACEPARENT)),
        )

    @property
    def message_id(self) -> str:
        """By which the broker knows a message it has already."""
        return self.task_id if self.attempt == 1 else f"{self.task_id}:r{self.attempt - 1}"

    @property
    def waits(self) -> bool:
        """Whether it is not due yet. A pause longer than any was dated by a clock that was ahead."""
        return self.due_at is not None and now() < self.due_at < now() + MAX_PAUSE

    @property
    def was_requested(self) -> bool:
        """Something changed, or somebody wished it: then a run that began before does not do."""
        return self.task_id.startswith(f"{REQUEST}:") and self.attempt == 1

    def retried_after(self, pause: timedelta) -> Self:
        return replace(self, attempt=self.attempt + 1, due_at=now() + pause)

    def labels(self) -> dict[str, str]:
        """What the message carries beside the name of the job. All of it is text, as headers are."""
        moments = {TICK: self.tick, DUE_AT: self.due_at}
        return {
            ATTEMPT: str(self.attempt),
            MESSAGE_ID: self.message_id,
            **{name: moment.isoformat() for name, moment in moments.items() if moment},
            **tracing.labels(self.trace),
        }

    def message(self) -> "TaskiqMessage":
        from taskiq.message import TaskiqMessage  # slow to import, and whoever only reads the history sends nothing

        return TaskiqMessage(task_id=self.task_id, task_name=self.job, labels=self.labels(), args=[], kwargs={})


def _is_id(word: str) -> bool:
    return 0 < len(word) <= MAX_ID_LENGTH and word.isprintable()


def _trace(label: object) -> str | None:
    return label if isinstance(label, str) and len(label) <= MAX_TRACE_LENGTH else None


def _moment(label: str | None) -> datetime | None:
    """Raises ValueError for what is no moment with its time zone."""
    moment = datetime.fromisoformat(label) if label else None
    if moment and moment.utcoffset() is None:
        raise ValueError("A moment without a time zone.")
    return moment and in_utc(moment)
