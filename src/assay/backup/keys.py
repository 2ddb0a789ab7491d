"""Encryption in the format of age, by a key in a file: https://age-encryption.org/v1

Who writes backups needs the public key alone: a machine that is broken into gives away none of its backups.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from assay.clock import now
from assay.errors import InvalidInput

SECRET: Final = "AGE-SECRET-KEY-"  # noqa: S105  # what every such key begins with
PUBLIC: Final = "age1"
MAX_BYTES: Final = 65_536


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


class _Watched:
    """A sink that keeps its own trouble: the library between tells it as trouble with the encryption."""

    def __init__(self, sink: Writable) -> None:
        self._sink = sink
        self.trouble: OSError | None = None
        self.flush = sink.flush

    def write(self, data: bytes) -> int:
        try:
            return self._sink.write(data)
        except OSError as error:
            self.trouble = error
            raise


def generate(path: Path) -> str:
    """A new key in a new file that only its owner may read. Returns its public part. Raises InvalidInput."""
    from pyrage import x25519

    made = x25519.Identity.generate()
    public, at = str(made.to_public()), now()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise InvalidInput(f"{path} is there already, and a key is not overwritten: backups may need it.") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(_words(public, str(made), at))
        file.flush()
        os.fsync(file.fileno())
    return public


def _words(public: str, secret: str, at: datetime) -> str:
    return f"# created: {at:%Y-%m-%dT%H:%M:%SZ}\n# public key: {public}\n{secret}\n"


def check_public(path: Path) -> None:
    """Raises InvalidInput where nothing can be encrypted by this file."""
    _recipients(path)


def check_secret(path: Path) -> None:
    """Raises InvalidInput where nothing can be read by this file."""
    _identities(path)


def encrypt(source: Readable, sink: Writable, key: Path) -> None:
    """`key`: a file of secret or public keys, each of which can read it later, by its secret part."""
    import pyrage

    watched = _Watched(sink)
    try:
        pyrage.encrypt_io(source, watched, _recipients(key))
    except pyrage.EncryptError as error:
        raise watched.trouble or error from None


def decrypt(source: Readable, sink: Writable, key: Path) -> None:
    """Raises InvalidInput where it was made for another key."""
    import pyrage

    watched = _Watched(sink)
    try:
        pyrage.decrypt_io(source, watched, _identities(key))
    except (pyrage.DecryptError, OSError):
        if watched.trouble:
            raise watched.trouble from None
        raise InvalidInput(f"The key in {key} is not the one that this backup was encrypted for.") from None


def _recipients(path: Path) -> list[object]:
    import pyrage
    from pyrage import x25519

    lines = _lines(path)
    try:
        own = [x25519.Identity.from_str(each).to_public() for each in lines if each.startswith(SECRET)]
        found = own + [x25519.Recipient.from_str(each) for each in lines if each.startswith(PUBLIC)]
    except (pyrage.IdentityError, pyrage.RecipientError):
        raise InvalidInput(f"{path} holds a key that is damaged.") from None
    if not found:
        raise InvalidInput(f"{path} holds no key: make one with assay backup keygen FILE")
    return found


def _identities(path: Path) -> list[object]:
    import pyrage
    from pyrage import x25519

    try:
        found = [x25519.Identity.from_str(each) for each in _lines(path) if each.startswith(SECRET)]
    except pyrage.IdentityError:
        raise InvalidInput(f"{path} holds a key that is damaged.") from None
    if not found:
        raise InvalidInput(f"{path} holds no secret key ({SECRET}...): a public one only writes backups.")
    return found


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return [each.strip() for each in file.read(MAX_BYTES).decode(errors="replace").splitlines()]
    except OSError as error:
        raise InvalidInput(f"The key {path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
