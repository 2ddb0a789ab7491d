"""The first line of a backup: what it is, from when, and what is in it, readable by a person without any key."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from assay.errors import InvalidInput, what_is_wrong

FORMAT: Final = "assay-backup"
VERSION: Final = 1
MAX_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Head:
    """`at`: the one moment that the backup shows. `counts`: rows of each table then."""

    at: datetime
    assay: str
    revision: str
    """Of the schema."""
    postgres: str
    """The version of the server."""
    encrypted: bool
    counts: Mapping[str, int]
    anchor: str | None
    """The newest link of the trail, in the words of `assay audit anchor`."""
    version: int = VERSION
    format: str = FORMAT

    def line(self) -> bytes:
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Head | None":
        """None where the line begins no backup. Raises InvalidInput where it begins one of a later form, or is damaged:
        a form is known by its number, whatever else may have changed."""
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            return None
        if isinstance(version := fields.get("version"), int) and version > VERSION:
            raise InvalidInput("This backup was written by a newer Assay: upgrade this one first.")
        try:
            return TypeAdapter(cls).validate_python(fields)
        except ValidationError as error:
            raise InvalidInput(f"The first line of this backup is damaged: {what_is_wrong(error)}") from None
