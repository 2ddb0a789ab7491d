"""Taking everything, or what is known, out of Assay."""

import gzip
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, Final, cast

from cyclopts import Parameter

from assay.cli.output import Json, print_json, printable, say
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.export import jsonld, markdown, records

PRIVATE: Final = 0o600
CLOSED: Final = 0o700
FOLDERS: Final = frozenset({"markdown", "csv"})


class ExportFormat(StrEnum):
    """What is written."""

    JSONL = "jsonl"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSONLD = "jsonld"


Form = Annotated[ExportFormat, Parameter(help="What to write: everything, or what is known in one of three forms.")]


def export(
    path: Annotated[Path, Parameter(help="The file or folder to write.")],
    *,
    format: Form = ExportFormat.JSONL,  # noqa: A002
    json: Json = False,
) -> None:
    """Write everything to a file of JSON lines, which `assay restore` brings back whole; packed where its name ends
    in .gz. Or what is known: to a folder of Markdown that opens in Obsidian, a folder of CSV, a file of JSON-LD.

    What is there is not overwritten. The file of everything holds all messages, and no password or token. All that
    is written is readable by its owner alone.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise InvalidInput(f"{path} is there already: name a file or folder that is not.")
    act = {
        ExportFormat.JSONL: lambda database: _one_file(path, records.lines(database)),
        ExportFormat.JSONLD: lambda database: _one_file(path, jsonld.pieces(database)),
        ExportFormat.MARKDOWN: lambda database: _markdown(path, database),
        ExportFormat.CSV: lambda database: _csv(path, database),
    }[format]
    try:
        if format in FOLDERS:
            path.mkdir(mode=CLOSED, parents=True, exist_ok=True)
        written = with_database(act)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror or error}.") from None
    if json:
        print_json({"path": str(path), "format": format, "files": written})
    else:
        say(f"Written: {printable(str(path))}" + (f", {written:,} files" if written != 1 else ""))


async def _one_file(path: Path, pieces: AsyncIterator[bytes]) -> int:
    """Under another name until it is whole, readable by its owner alone."""
    part = path.with_name(f"{path.name}.part")
    try:
        with _opened(part, packed=path.suffix == ".gz") as file:
            async for piece in pieces:
                file.write(piece)
        part.rename(path)
    finally:
        with suppress(OSError):
            part.unlink()
    return 1


def _opened(path: Path, *, packed: bool) -> BinaryIO:
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder.")
    plain = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE), "wb")
    return cast(BinaryIO, gzip.open(plain, "wb")) if packed else plain


async def _markdown(path: Path, database: Database) -> int:
    number = 0
    async for file in markdown.files(database):
        with _opened(path / file.name, packed=False) as written:
            written.write(file.text.encode())
        number += 1
    return number


async def _csv(path: Path, database: Database) -> int:
    from assay.web.api.v1.export import everything  # slow to import

    number = 0
    for name, pieces in everything(database):
        await _one_file(path / f"{name}.csv", pieces)
        number += 1
    return number
