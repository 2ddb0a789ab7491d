"""All formats, and which of them an export is in: told by its content, never by its name alone."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from assay.errors import InvalidInput
from assay.readers import (
    chatlogs,
    discord,
    forges,
    jsonlines,
    mail,
    matrix,
    mattermost,
    notes,
    rocketchat,
    slack,
    teams,
    telegram,
    transcripts,
    whatsapp,
    zulip,
)
from assay.readers.reader import Look, Reader
from assay.readers.tree import Tree

READERS: Final[Sequence[Reader]] = (
    jsonlines.READER,
    slack.READER,
    discord.READER,
    telegram.READER,
    whatsapp.READER,
    mattermost.READER,
    zulip.READER,
    rocketchat.READER,
    matrix.READER,
    teams.READER,
    mail.READER,
    chatlogs.IRC,
    chatlogs.LOG,
    transcripts.READER,
    forges.READER,
    notes.READER,
)
CLOSE: Final = 10
"""Scores that are no further apart leave a doubt."""
NAMES: Final = ", ".join(reader.name for reader in READERS)


class Ranked(NamedTuple):
    score: int
    reader: Reader


def reader_named(name: str) -> Reader:
    """Raises InvalidInput for none that there is."""
    for reader in READERS:
        if reader.name == name:
            return reader
    raise InvalidInput(f"There is no format {name!r}: name one of {NAMES}.")


def ranked(look: Look) -> list[Ranked]:
    """Every format that the export may be in, the surest first."""
    scores = [Ranked(reader.sniff(look), reader) for reader in READERS]
    return sorted((each for each in scores if each.score), key=lambda each: -each.score)


def recognised(tree: Tree, encoding: str | None = None) -> list[Ranked]:
    """As `ranked`, never empty. Raises InvalidInput where the export is of no format that is known."""
    look = Look(tree, encoding)
    if found := ranked(look):
        return found
    if not look.glances and look.refusals:
        raise look.refusals[0]
    binary = next((each for each in look.glances if each.is_binary), None)
    if binary and tree.is_single:
        at = binary.head.index(b"\0")
        raise InvalidInput(f"{tree.name} is not a text: it holds a NUL byte at offset {at}.")
    if not any(each.lines for each in look.glances):
        raise InvalidInput(f"{tree.name} is empty.")
    raise InvalidInput(f"{tree.name} is of no format that is known. Name it with --format if it is one of {NAMES}.")
