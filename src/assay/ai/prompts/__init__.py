"""What a language model is told, one file a version. A version that was ever used is never changed: copy it."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from assay.errors import InvalidInput

MAX_PROMPT_CHARACTERS: Final = 50_000
"""Characters of a prompt."""


@dataclass(frozen=True, slots=True)
class Prompt:
    version: str
    """Its name; for a file of one's own also the beginning of the digest of its words."""
    text: str


@cache
def load(name: str) -> Prompt:
    """The prompt of that version, or of a file (a name with a slash or an ending). Raises InvalidInput."""
    if "/" in name or name.endswith(".md"):
        return _own(Path(name))
    if name not in versions():
        raise InvalidInput(
            f"ASSAY_LLM_PROMPT={name!r} is not allowed: it must be {' or '.join(versions())}, or a path to a .md file."
        )
    return Prompt(name, (files(__name__) / f"{name}.md").read_text("utf-8"))


def versions() -> list[str]:
    return sorted(each.name.removesuffix(".md") for each in files(__name__).iterdir() if each.name.endswith(".md"))


def _own(path: Path) -> Prompt:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"ASSAY_LLM_PROMPT: {path} cannot be read: {error}") from None
    if not 0 < len(text.strip()) <= MAX_PROMPT_CHARACTERS:
        raise InvalidInput(f"ASSAY_LLM_PROMPT: {path} must have between 1 and {MAX_PROMPT_CHARACTERS} characters.")
    return Prompt(f"{path.stem}-{hashlib.sha256(text.encode()).hexdigest()[:8]}", text)
