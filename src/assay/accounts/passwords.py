"""Passwords, by argon2. Slow on purpose: never call these while a transaction is open."""

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assay.errors import InvalidInput

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 1_000

_HASHER: Final = PasswordHasher()


async def hashed(password: str) -> str:
    """Raises InvalidInput for a password that is too short, or too long to be one."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidInput(f"The password has {len(password)} characters; {MIN_LENGTH} to {MAX_LENGTH} are allowed.")
    return await asyncio.to_thread(_HASHER.hash, password.encode("utf-8", "surrogatepass"))


async def fits(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. Where there is none it takes as long, so that names cannot be found out."""
    matches = await asyncio.to_thread(_verified, password_hash, password[: MAX_LENGTH + 1])
    return matches and password_hash is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's password")


def _verified(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _nobodys(), password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
