"""Keys, tokens and passwords that slipped into a chat must not become knowledge."""

from typing import Final

from assay.ai.secrets import secret_places

MASK: Final = "[masked]"


def masked(text: str) -> str:
    """The text with what is obviously a secret covered."""
    parts, position = [], 0
    for start, end in secret_places(text):
        if end > position:
            parts += [text[position:start], MASK] if start >= position else []
            position = end
    return "".join([*parts, text[position:]])
