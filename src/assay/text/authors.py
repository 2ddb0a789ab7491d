"""Who is who: one person under several spellings of a name has one voice."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from assay.kinds import folded
from assay.text.homoglyphs import skeleton

MAX_LENGTH: Final = 500
"""Characters of a name that are looked at."""
MIN_LENGTH: Final = 2
"""What is cut off a name must leave this much of it."""
ADDED: Final = re.compile(
    r" ?[\[({][^\[\](){}]{0,40}[\])}]$"
    r"|[-_.`|/ ](?:away|afk|brb|busy|gone|lunch|zzz?|sleep(?:ing)?|off(?:line)?|work|home|laptop"
    r"|mobile|phone|irc|matrix)$"
    r"|\|[^|]{0,40}$"
    r"|#\d{1,6}$"
)
"""How people mark where they are, or which of their devices speaks: tom|away, tom[m], tom_work, tom#1234."""
LEET: Final = str.maketrans("01l|!345789$", "oiiiieastbgs")
"""Digits and signs read as letters. A small L, an I and a 1 are one, for they look alike in many fonts."""
READ_AS_ONE: Final = (("rn", "m"), ("vv", "w"))


@lru_cache(maxsize=4_096)
def author_key(name: str) -> str:
    """What different spellings of one person's name have in common. Errs towards the same person.

    Case, accents, look-alike letters, invisible characters, e-mail domains, decoration, white space and a number at
    the end make no other person. Empty for an empty name only.
    """
    spelled = " ".join(skeleton(_called(name[:MAX_LENGTH])).split())
    bare = _without_additions(_without_number(_without_additions(spelled)))
    letters = _letters(_without_number(bare).translate(LEET))
    for several, one in READ_AS_ONE:
        letters = letters.replace(several, one)
    return letters or folded(name) or name


def _called(name: str) -> str:
    """Whom an address belongs to: tom for tom@example.com, Tom <tom+chat@example.com> and @tom:example.com."""
    before, _, after = unicodedata.normalize("NFKC", name).strip().rpartition("@")
    if before and after and not before[-1].isspace() and not after[0].isspace():
        local = re.split(r"[\s<(:\"']", before)[-1]
        return local.partition("+")[0] or local or name
    return after.partition(":")[0] or name


def _without_additions(spelled: str) -> str:
    rest = spelled.strip("-_.`'\"~^*@ ")
    while (added := ADDED.search(rest)) and added.start() >= MIN_LENGTH:
        rest = rest[: added.start()].rstrip("-_.`|~^* ")
    return rest


def _without_number(spelled: str) -> str:
    """Without digits at the end, as in tom2, where a name remains."""
    end = len(spelled)
    while end and not spelled[end - 1].isalpha():
        end -= 1
    return spelled[:end] if len(_letters(spelled[:end])) >= MIN_LENGTH else spelled


def _letters(spelled: str) -> str:
    return "".join(c for c in spelled if unicodedata.category(c)[0] in "LMN")
