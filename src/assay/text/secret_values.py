"""Whether a word that stands where a secret would stand is one, or only says something about secrets."""

import re
from enum import IntEnum
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MIN_LENGTH: Final = 4
TECHNICAL: Final = re.compile(
    r"(?:x-)?(?:o?auth|open-?id|oidc|saml|argon|sha-?\d|base\d|pbkdf|b?crypt|scrypt|utf-?\d|ed25519|[rhe]s(?:256|384|512)"
    r"|rsa|aes|pkcs|x\.?509|md5|ipv[46]|totp|2fa|tls|http|rfc|iso|k8s|ascii|v?\d+(?:\.\d+)+|[a-z]+-\d{1,6}$)",
    re.IGNORECASE,
)
"""Names of methods and formats, versions and tickets: "is Argon2id", "as SHA256", "to OPS-412"."""
MEASURE: Final = re.compile(
    r"\d{4}-\d\d(?:-\d\d)?\S{0,20}$|[\d.,:]+(?:ms|s|m|h|d|min|days?|weeks?|hours?|bits?|bytes?|-?char\w*|k|kb|mb|x|%)?$"
    r"|\d{1,4}-(?:bit|byte|char|day|hour|minute|digit|month|week)\w*(?:-\w+)*$",
    re.IGNORECASE,
)
UUID: Final = re.compile(r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$", re.IGNORECASE)
PLACE: Final = re.compile(r"(?:[a-z]+://|[./~$<{%]|\w+\.\w{2,}/|(?:[\w.-]+/){2})|[\w-]+/[a-z_-]+$")
"""Addresses, paths and names of variables, which say where a secret is."""
CALL: Final = re.compile(r"\w+(?:\.\w+)+\(|\w+\(|[A-Z][A-Z]+(?:_[A-Z]+)+$|\*+$|\.{2,}|x{3,}$", re.IGNORECASE)
COVERED: Final = re.compile(r"[*•.xX_-]+$|\[masked\]")
DESCRIBING: Final = re.compile(
    r".*(?:ed|ing|able|ible|ful|less|ive|ous|ic|al|ly|ant|ent|en|y|id|ique|st)$", re.IGNORECASE
)
DESCRIPTIONS: Final = _words(
    """
    about above accurate after again alive alright always anonymous back bad before being below case complete
    correct crucial dead default down else empty enough even fine free full global good gone here hers his
    home host-wide how in-house just kept known late local long lost made mine more much never none not null
    often ours part per plain plaintext plain-text possible present private public random read read-only ready
    required right same secret secure sensitive sent separate set shared short stale still strong such
    system-wide team-wide there theirs them then these they this those three through too true two undefined
    under unique unknown until up use useful user valid weak what where which with without write-only wrong
    yours zero longer shorter newer older better other either optional false nil mandatory unset missing
    company-wide kein keine nicht falsch geheim pflicht teil standard sache vorschrift bestandteil
    voraussetzung gleich neu sicher unsicher okay english german tbd todo redacted hidden changeable off
    """
)
JOINING: Final = _words("to of in by on at up and or for out")
"""Within words such as end-to-end."""


class Suspicion(IntEnum):
    """How plainly the words before say that a secret follows."""

    NEAR = 0
    """Some name of a secret stands before it: only what is random is one."""
    TOLD = 1
    """the token is ...: anything with digits among letters."""
    TOLD_PASSWORD = 2
    """the password is ...: any name or uncommon word."""
    STATED = 3
    """password: ..., das Passwort lautet ...: anything that is no description."""


def is_secret(value: str, trust: Suspicion) -> bool:
    """True for a value that is a secret where the words before it are that plain."""
    if len(value) < MIN_LENGTH or COVERED.match(value) or TECHNICAL.match(value) or CALL.match(value):
        return False
    if PLACE.match(value) or (MEASURE.match(value) and not (value.isdigit() and trust >= Suspicion.TOLD_PASSWORD)):
        return False
    if value.isdigit():
        return len(value) >= 4 if trust is Suspicion.STATED else len(value) >= 6
    if is_random(value) and not UUID.match(value):
        return True
    if trust is Suspicion.NEAR:
        return False
    return _is_mixed(value) or (trust >= Suspicion.TOLD_PASSWORD and _is_name(value, trust))


def is_random(value: str) -> bool:
    """Digits and letters in a wild mix, as a machine makes them."""
    return any(_is_wild(part) for part in re.split(r"[/:._-]", value))


def _is_wild(part: str) -> bool:
    digits = sum(map(str.isdigit, part))
    return len(part) >= 12 and digits >= 3 and sum(map(str.isalpha, part)) >= 3 and not re.match(r"[A-Za-z]+\d+$", part)


def _is_mixed(value: str) -> bool:
    """As people make their passwords: digits or signs among letters."""
    if len(value) < 6:
        return False
    has_letters = any(map(str.isalpha, value))
    return has_letters and (any(map(str.isdigit, value)) or re.search(r"[!@#$%^&*+=?]", value) is not None)


def _is_name(value: str, trust: Suspicion) -> bool:
    """Words that no sentence about passwords would have in this place."""
    parts = value.split("-")
    plain = value.strip("!?").casefold()
    if plain in DESCRIPTIONS or not plain.replace("-", "").isalpha() or JOINING.intersection(parts[1:-1]):
        return False
    if len(parts) > 2 or value != value.casefold():
        return not value.isupper() and len(value) >= 6
    last = parts[-1].casefold()
    if last in DESCRIPTIONS or (DESCRIBING.match(last) and trust is not Suspicion.STATED):
        return False
    return len(value) >= (6 if trust is Suspicion.STATED else 5)
