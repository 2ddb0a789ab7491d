"""Messages that must not become knowledge as they are: secrets, and orders given to whoever reads by machine."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assay.ai.extractor import Message
from assay.text.prompt_injection import looks_like_injection
from assay.text.secrets import masked, secret_places

MAX_CHARACTERS: Final = 20_000
"""Of a message, so much is looked at."""


def holds_secret(raw: str) -> bool:
    return bool(secret_places(raw))


def without_secrets(messages: Sequence[Message]) -> list[Message]:
    """The messages, those with a secret in the words that are left when it is covered."""
    return [_without_secrets(each) if holds_secret(each.text[:MAX_CHARACTERS]) else each for each in messages]


def _without_secrets(message: Message) -> Message:
    return replace(message, text=masked(message.text[:MAX_CHARACTERS]))


def gives_orders_to_the_reader(text: str) -> bool:
    """True for text that wants to steer a machine instead of telling people something."""
    return looks_like_injection(text)
