"""What a model may see of what people wrote. There is no other way for a word of theirs into a request.

`line` takes nothing but numbers, marks and `Shown`, and only a `InputFilter` makes that.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.kinds import AtomType
from assay.text.homoglyphs import visible
from assay.text.prompt_injection import looks_like_injection
from assay.text.secrets import MASK, masked

WITHHELD: Final = "[left out: it gives orders to machines]"
CUT: Final = " [cut]"
MAX_NAME: Final = 200


class Shown(str):
    """Words that went through a filter."""

    __slots__ = ()


SOMEONE: Final = Shown("someone")
"""Instead of a person or a channel whose name is not shown."""
Field = Shown | AtomType | datetime | int | list[Shown]


@dataclass(slots=True)
class InputFilter:
    """Takes out what people do not see, secrets, and orders to machines; counts what it leaves out."""

    left_out: Counter[str] = field(default_factory=Counter)
    _names: dict[str, Shown | None] = field(default_factory=dict)

    def words(self, text: str, most_characters: int) -> Shown:
        """Those of a message, which keeps its place: where they give orders a mark stands instead."""
        if looks_like_injection(text):
            self.left_out["orders_withheld"] += 1
            return Shown(WITHHELD)
        words = self._masked(text)
        if len(words) > most_characters:
            self.left_out["messages_cut"] += 1
            words = words[:most_characters] + CUT
        return Shown(words)

    def name(self, text: str) -> Shown | None:
        """That of a topic, an atom, a channel or a person. None where it gives orders; one that returns counts once."""
        if text not in self._names:
            withheld = looks_like_injection(text)
            self.left_out["names_withheld"] += withheld
            self._names[text] = None if withheld else Shown(self._masked(text)[:MAX_NAME])
        return self._names[text]

    def _masked(self, text: str) -> str:
        seen = visible(text)
        words = masked(seen)
        self.left_out["secrets_masked"] += words.count(MASK) > seen.count(MASK)
        return words


def line(**fields: Field) -> Shown:
    """One line of data. Raises TypeError for words that went through no filter."""
    return Shown(json.dumps({name: _plain(name, value) for name, value in fields.items()}, ensure_ascii=False))


def _plain(name: str, value: Field) -> object:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return [_plain(name, each) for each in value]
    if not isinstance(value, Shown | AtomType | int):
        raise TypeError(f"{name} went through no filter: a model must not see it.")
    return value
