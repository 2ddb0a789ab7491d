"""Changes of the policy that stand in a file."""

import json as reader
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from assay.errors import InvalidInput
from assay.lines import read_text

MAX_FILE_BYTES: Final = 1_000_000
Changes = Annotated[Path, Parameter(help="Changes of the rules, as a JSON merge patch.")]


def read_changes(file: Path) -> Mapping[str, Any]:
    """The changes. Raises InvalidInput, naming the file."""
    try:
        changes = reader.loads(read_text(file, MAX_FILE_BYTES, "policy"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} cannot be read as JSON: {error}") from None
    if not isinstance(changes, dict):
        raise InvalidInput(f"{file} is not a JSON object: expected rules, such as an object with `min_authors`.")
    return changes
