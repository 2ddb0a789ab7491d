"""What is told: one system notification, in the forms that programs and people read."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from assay.messaging.events import Event, JobError, Severity

FIGURES: Final = re.compile(r"\b[0-9a-f.:-]+\b", re.IGNORECASE)
"""Numbers, ids and dates, and words of their letters. Which it is, is looked at when it is found: a pattern that asks
for a digit in the middle tries every place of a long word, again and again."""
COMPLAINT_LENGTH: Final = 200
SUBJECT_LENGTH: Final = 80


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification on its way out. `key` is the same at every attempt: by it a receiver knows a repetition."""

    key: str
    type: str
    at: datetime
    severity: Severity | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, event: Event, at: datetime, severity: Severity | None = None) -> "Notice":
        return cls(key, event.type, at, severity, event.data())

    @property
    def subject(self) -> str:
        """The job or the server that it is about."""
        return str(self.data.get("job_name", ""))

    @property
    def complaint(self) -> str | None:
        """What is wrong, without ids and figures, which differ each time. None: it works again."""
        if self.type != JobError.type:
            return None
        return f"{self.severity}: {without_figures(str(self.data.get('error_message')))}"[:COMPLAINT_LENGTH]

    def payload(self) -> dict[str, Any]:
        """For programs: the keys of Standard Webhooks, and the severity."""
        return {"type": self.type, "timestamp": self.at, "severity": self.severity, "data": self.data}

    @property
    def headline(self) -> str:
        """One line for a person."""
        name = "".join(each if each.isprintable() else " " for each in self.subject)[:SUBJECT_LENGTH]
        return f"Assay: {name} {'works again' if self.complaint is None else f'failed ({self.severity})'}"

    def text(self) -> str:
        """A few lines for a person."""
        lines = [f"{self.headline}, {self.at:%Y-%m-%d %H:%M:%S} UTC", ""]
        if self.complaint is not None:
            lines += [str(self.data.get("error_message")), ""]
            lines += [f"{key}: {value}" for key, value in self.data.get("context", {}).items()]
            lines += [
                "",
                "Look with: assay doctor, assay jobs list",
                "You are told again when it changes, or in a day.",
            ]
        return "\n".join(lines) + "\n"


def without_figures(words: str) -> str:
    return FIGURES.sub(lambda found: "#" if any(each.isdigit() for each in found[0]) else found[0], words)
