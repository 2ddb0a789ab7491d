"""What an export was understood to hold, for a person to look at before it is imported."""

from typing import Final

from assay.cli.output import printable, say
from assay.readers.preview import ChannelSeen, Preview

MAX_CHANNELS_SHOWN: Final = 30
MAX_PEOPLE_SHOWN: Final = 8


def show(seen: Preview, source: str) -> None:
    """One short paragraph, then a line for each channel."""
    notes = seen.reading.export.notes
    facts = [f"encoding {notes.encoding}", seen.zone and f"times in {seen.zone}", notes.day_order]
    say(f"{printable(str(seen.reading.export.tree.path))}: {seen.reading.reader.title}", style="bold")
    say(f"  {', '.join(each for each in facts if each)}")
    for name, channel in list(seen.channels.items())[:MAX_CHANNELS_SHOWN]:
        say(f"  {printable(name)}: {_told(channel)}")
    if len(seen.channels) > MAX_CHANNELS_SHOWN:
        say(f"  ... and {len(seen.channels) - MAX_CHANNELS_SHOWN:,} more channels")
    say(f"  messages: {seen.messages:,}, threads: {len(seen.threads):,}, edited: {seen.edits:,}")
    if seen.skipped:
        say(f"  skipped: {', '.join(f'{number:,} {kind}' for kind, number in sorted(seen.skipped.items()))}")
    for bad in seen.bad:
        say(f"  left out: {printable(bad.sentence)}", style="yellow")
    if seen.bad_records > len(seen.bad):
        say(f"  ... and {seen.bad_records - len(seen.bad):,} more records are left out", style="yellow")
    for warning in seen.warnings:
        say(f"  {printable(warning)}", style="yellow")
    say(f"  in the source {printable(source)!r}: {seen.new:,} new, {seen.edited:,} edited, {seen.known:,} known")


def _told(channel: ChannelSeen) -> str:
    days = f"{channel.first:%Y-%m-%d} to {channel.last:%Y-%m-%d}" if channel.first and channel.last else ""
    people = list(dict.fromkeys(channel.people.values()))
    named = ", ".join(map(printable, people[:MAX_PEOPLE_SHOWN]))
    more = f" and {len(people) - MAX_PEOPLE_SHOWN:,} more" if len(people) > MAX_PEOPLE_SHOWN else ""
    bots = (
        f"; bots: {', '.join(map(printable, list(channel.bots.values())[:MAX_PEOPLE_SHOWN]))}" if channel.bots else ""
    )
    return f"{channel.messages:,} messages, {days}, by {named or 'nobody'}{more}{bots}"
