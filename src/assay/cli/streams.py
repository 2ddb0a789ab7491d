"""Output whose reader leaves early, as `head` does, or whose disk is full: no traceback, at no time."""

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Final, NoReturn, TextIO

READER_LEFT: Final = 141
"""What a shell says of a program that the signal SIGPIPE ended."""
NOT_WRITTEN: Final = 1


def guard() -> None:
    """Takes over the output of this process. What stays unread ends the command; what is unread of its logs does not.

    Python would find out in the middle of any statement, or at its exit, where nobody can catch it.
    """
    sys.stdout = _guarded(sys.stdout, _Results)
    sys.stderr = _guarded(sys.stderr, _Remarks)


def _guarded(stream: TextIO | None, kind: "type[_Results | _Remarks]") -> TextIO:
    if not isinstance(stream, TextIOWrapper):  # closed by who called us
        return Path(os.devnull).open("w")
    return kind(
        stream.buffer,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


class _Results(TextIOWrapper):
    """Standard output: a command that cannot deliver ends."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._give_up(error)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> NoReturn:
        _to_nowhere(self)
        if isinstance(error, BrokenPipeError):
            raise SystemExit(READER_LEFT) from None
        sys.stderr.write(f"The output could not be written: {error.strerror}. What was done is kept.\n")
        raise SystemExit(NOT_WRITTEN) from None


class _Remarks(TextIOWrapper):
    """Standard error: work goes on when nobody reads about it."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError:
            _to_nowhere(self)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _to_nowhere(self)


def _to_nowhere(stream: TextIOWrapper) -> None:
    """What still lies in the buffer has to go somewhere, or Python tries it again at its exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
