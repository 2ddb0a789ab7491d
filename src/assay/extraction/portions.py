"""Messages on their way in, in lists that one statement can carry."""

from collections.abc import Iterable, Iterator
from typing import Final

from assay.readers.records import IncomingMessage

MAX_PORTION: Final = 1_000
MAX_PORTION_CHARACTERS: Final = 8_000_000


def portions(
    messages: Iterable[IncomingMessage], most: int = MAX_PORTION, most_characters: int = MAX_PORTION_CHARACTERS
) -> Iterator[list[IncomingMessage]]:
    """The messages in lists that one statement can carry, however long the messages are."""
    portion: list[IncomingMessage] = []
    characters = 0
    for message in messages:
        if portion and (len(portion) == most or characters + len(message.text) > most_characters):
            yield portion
            portion, characters = [], 0
        portion.append(message)
        characters += len(message.text)
    if portion:
        yield portion
