"""Random secrets, and the digests that are all we keep of them."""

import hashlib
import secrets
from typing import Final

TOKEN_PREFIX: Final = "assay_"  # noqa: S105  # every token begins so
SHOWN: Final = len(TOKEN_PREFIX) + 6
"""Characters of a token by which its owner recognises it."""


def new_secret() -> str:
    """256 bits that nobody can guess; as a link or a cookie can carry them."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """A fast digest is enough for what is random: there is nothing to try out."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
