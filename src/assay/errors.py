"""Every error Assay raises on purpose.

AssayError (500)
├── InvalidInput (422)      what was sent is not allowed; nothing changed
├── NotFound (404)          no such record
├── Conflict (409)          somebody or something was faster
├── Unauthenticated (401)   nobody has shown who asks
├── Gone (410)              it was there once and is no longer kept
├── Forbidden (403)         the actor may not do this
├── Stale (412)             it changed since it was read
├── TooMany (429)           asked too often; `retry_after` says when to ask again
├── Unavailable (503)       a server we need does not answer; trying again may help
│   └── BrokenServer        an embedded server cannot run here
└── PermanentError (500)    trying again cannot help
"""

import re
from collections.abc import Callable
from typing import Any, Final

from pydantic_core import ValidationError

MAX_QUOTE_LENGTH: Final = 80
COVER: Final = "[masked]"
IN_AN_ADDRESS: Final = re.compile(
    r"""(?<=://)(?!user:password@host[:/])(?:[^\s/?\#'"]*|[^\s/'"@:]*:[^\s'"]*)(?=@)"""
    r"""|(?<=[?&;])(?P<name>[\w.-]*(?:key|token|secret|sig|signature|pass|passw(?:or)?d|pwd|auth|code|credentials?)=)"""
    r"""[^\s&;\#'"]+""",
    re.IGNORECASE,
)
"""The words user:password@host are how our own sentences say what an address looks like."""


def covered(text: str) -> str:
    """The text without the passwords and keys in its addresses. For whatever is shown, logged or kept of a failure."""
    return IN_AN_ADDRESS.sub(lambda found: (found["name"] or "") + COVER, text) if "://" in text else text


class AssayError(Exception):
    """Root of the tree. `str(error)` is one full sentence for a person: what, where, what is allowed."""

    status = 500

    def __init__(self, sentence: str = "", **facts: Any) -> None:
        """`facts`: what a program may want to know besides the sentence."""
        super().__init__(covered(sentence))
        self.facts = facts


class InvalidInput(AssayError):
    status = 422


def missing_extra(chosen: str, extra: str) -> InvalidInput:
    """For a setting whose packages are not there. The name alone would bring whatever a registry has under it."""
    return InvalidInput(
        f"{chosen} needs the extra `{extra}`, which is not installed: type make dev, or in the checkout: "
        f".venv/bin/pip install -e '.[{extra}]'."
    )


class NotFound(AssayError):
    status = 404


class Conflict(AssayError):
    status = 409


class Unauthenticated(AssayError):
    status = 401


class Forbidden(AssayError):
    status = 403


class Gone(AssayError):
    status = 410


class Stale(AssayError):
    status = 412


class TooMany(AssayError):
    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        """`retry_after` in seconds."""
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(AssayError):
    status = 503


class BrokenServer(Unavailable):
    """An embedded server cannot be started on this machine."""


class PermanentError(AssayError):
    """The work can never succeed as it was asked for: isolate it, do not retry."""


def what_is_wrong(error: ValidationError, name: Callable[[str], str] = str) -> str:
    """One sentence on the first value that is not allowed. `name`: how to write the names."""
    first = error.errors(include_url=False)[0]
    place = name(".".join(str(part) for part in first["loc"]))
    wanted = first["msg"].removeprefix("Input should be ")
    return f"{place}={covered(repr(first['input']))[:MAX_QUOTE_LENGTH]} is not allowed: it must be {wanted}."
