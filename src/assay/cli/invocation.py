"""The command at hand."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final

INVOKED: Final[ContextVar[Sequence[str]]] = ContextVar("invoked", default=())
"""Its words, without the name of the program."""
