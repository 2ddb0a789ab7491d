"""What a person says of an export where the export does not."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assay.errors import InvalidInput
from assay.readers.encodings import checked_codec

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2999
"""Of dates that stand for when something was said: what is added to them stays within the calendar."""


@dataclass(frozen=True, slots=True)
class Options:
    """As they are used. What is None was not said."""

    channel: str | None = None
    zone: tzinfo | None = None
    moment: datetime | None = None
    """When it was said. Without a zone it is local."""
    author: str | None = None
    encoding: str | None = None

    @classmethod
    def checked(
        cls,
        *,
        channel: str | None = None,
        zone: str | None = None,
        moment: str | None = None,
        author: str | None = None,
        encoding: str | None = None,
    ) -> "Options":
        """Raises InvalidInput for what names no zone, date or encoding."""
        return cls(
            channel,
            _zone(zone) if zone else None,
            _moment(moment) if moment else None,
            author,
            checked_codec(encoding) if encoding else None,
        )


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"There is no time zone {name!r}: name one like Europe/Berlin or UTC.") from None


def _moment(written: str) -> datetime:
    with suppress(ValueError):
        if FIRST_YEAR <= (found := datetime.fromisoformat(written.strip())).year <= LAST_YEAR:
            return found
    raise InvalidInput(f"The date {written!r} is not one, like 2026-03-20 or 2026-03-20T10:00.")
