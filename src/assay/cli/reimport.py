"""A warning before a chat comes in twice: what is known under another name counts as something else."""

import shlex
from collections import Counter
from collections.abc import Sequence
from datetime import UTC

from assay.db.engine import Database
from assay.extraction.queries import KnownMessage, known_words
from assay.readers.identity import place_id
from assay.readers.records import IncomingMessage


async def about_doubles(database: Database, messages: Sequence[IncomingMessage], name: str, source: str) -> str | None:
    """A sentence where most of these messages, the first ones of the file `name`, are known and would be doubled."""
    async with database.transaction() as session:
        found = await known_words(session, messages)
    doubled = Counter(
        (known[0].source, _options(message, known[0]))
        for message, known in zip(messages, found, strict=True)
        if known and not any((each.source, each.external_id) == (source, message.external_id) for each in known)
    )
    if doubled.total() <= len(messages) / 2:
        return None
    [((other, options), _)] = doubled.most_common(1)
    way_out = f": {options} adds nothing twice" if options else ""
    return (
        f"{name}: {doubled.total():,} of the first {len(messages):,} messages are already known, "
        f"under the source {other!r}. Under {source!r} they are imported once more{way_out}."
    )


def _options(message: IncomingMessage, known: KnownMessage) -> str:
    """What makes this message the known one; empty where nothing does."""
    source = shlex.join(["--source", known.source])
    if message.external_id == known.external_id:
        return source
    said = message.author, message.sent_at.astimezone(UTC).isoformat(), 0
    by_channel = message.external_id == place_id(message.channel, *said)
    if by_channel and known.external_id == place_id(known.channel, *said):
        return shlex.join(["--source", known.source, "--channel", known.channel])
    return ""
