"""Schedules in words for people. Pure; all times in UTC."""

import re
from typing import Final

DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EVERY_MINUTES: Final = re.compile(r"\*/(\d+) \* \* \* \*")
_HOURLY: Final = re.compile(r"(\d+) \* \* \* \*")
_AT: Final = re.compile(r"(\d+) (\d+) \* \* (\*|[0-7])")


def in_words(cron: str) -> str:
    """As one would say it; a schedule of another form as it is written."""
    if cron == "* * * * *":
        return "every minute"
    if found := _EVERY_MINUTES.fullmatch(cron):
        return f"every {found[1]} minutes" if found[1] != "1" else "every minute"
    if found := _HOURLY.fullmatch(cron):
        return f"every hour, {int(found[1])} minutes past" if int(found[1]) else "every hour"
    if found := _AT.fullmatch(cron):
        day = "every day" if found[3] == "*" else f"every {DAYS[int(found[3])]}"
        return f"{day} at {int(found[2]):02}:{int(found[1]):02} UTC"
    return f"by the schedule {cron}"
