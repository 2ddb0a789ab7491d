"""What a merge makes of each field: the target's value stays, the source's is taken, or both are united. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from assay.errors import InvalidInput
from assay.kinds import TRAITS, Kind, folded


class Choice(StrEnum):
    KEEP = "keep"
    TAKE = "take"
    BOTH = "both"


Choices = Mapping[str, Choice]
"""By the name of the field. What is not named is kept."""
KEEP_ALL: Final[Choices] = MappingProxyType({})
Values = dict[str, Any]
"""The values of fields, by column."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a merge wrote into a field, and what stood there before."""

    before: Any
    after: Any


def chosen(*, take: Iterable[str] = (), both: Iterable[str] = (), keep: Iterable[str] = ()) -> dict[str, Choice]:
    """Raises InvalidInput where a field is given two choices."""
    choices: dict[str, Choice] = {}
    for choice, names in ((Choice.KEEP, keep), (Choice.TAKE, take), (Choice.BOTH, both)):
        for name in names:
            if choices.setdefault(name, choice) is not choice:
                raise InvalidInput(f"The field {name!r} is given twice: {choices[name]} and {choice}.")
    return choices


def check(kind: Kind, choices: Choices) -> None:
    """Raises InvalidInput for a field that the kind does not have, or that holds one value only."""
    fields = TRAITS[kind].fields
    for name, choice in choices.items():
        if name not in fields:
            raise InvalidInput(f"{kind.capitalize()}s have no field {name!r}; they have: {', '.join(fields)}.")
        if choice is Choice.BOTH and fields[name] not in _UNITED:
            several = [each for each, column in fields.items() if column in _UNITED]
            raise InvalidInput(f"The {name} holds one value: keep or take it. Both is for: {', '.join(several)}.")


def changes(kind: Kind, ours: Values, theirs: Values, choices: Choices) -> dict[str, FieldChange]:
    """What the choices change in the target's fields, by column. `ours` are the target's values."""
    found: dict[str, FieldChange] = {}
    for name, column in TRAITS[kind].fields.items():
        after = _value(choices.get(name, Choice.KEEP), column, ours[column], theirs[column])
        if after != ours[column]:
            found[column] = FieldChange(ours[column], after)
    return found


def _value(choice: Choice, column: str, ours: Any, theirs: Any) -> Any:
    match choice:
        case Choice.KEEP:
            return ours
        case Choice.TAKE:
            return theirs
        case Choice.BOTH:
            return _UNITED[column](ours, theirs)


def _paragraphs(ours: str, theirs: str) -> str:
    """The source's text below the target's, unless one of them says it all."""
    if folded(theirs) in folded(ours):
        return ours
    return theirs if folded(ours) in folded(theirs) else f"{ours}\n\n{theirs}"


def _without_doubles(ours: list[str], theirs: list[str]) -> list[str]:
    known = {folded(each) for each in ours}
    return [*ours, *(each for each in theirs if folded(each) not in known)]


def _entries(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Where both have an entry of a name, the target's stays."""
    return {**theirs, **ours}


_UNITED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "body": _paragraphs,
    "keywords": _without_doubles,
    "meta": _entries,
}
