"""Commands in this process, and what they answered."""

import json
import os
import signal
from dataclasses import dataclass
from typing import Any, Final

import pytest
import structlog

from assay import settings
from assay.cli.app import main

OURS: Final = ("KNOWLEDGE_", "DATABASE_URL", "NATS_URL", "ASSAY_")


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What was printed as JSON by a command that went well."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def items(self) -> Any:
        """The items of a list, or of a decision."""
        return self.document["items"]

    def refused(self, code: int) -> str:
        """The one sentence that a command ended with."""
        assert self.code == code, (self.out, self.err)
        assert "Traceback" not in self.err
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return json.loads(lines[0])["detail"] if lines[0].startswith("{") else lines[0]


def run_here(words: tuple[str, ...], **environment: str) -> int:
    """Runs the command in this process and returns its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(OURS)]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        logs, handler = structlog.get_config(), signal.getsignal(signal.SIGTERM)
        settings.load.cache_clear()
        try:
            main(words)
        except SystemExit as end:
            return int(end.code or 0)
        finally:
            settings.load.cache_clear()
            structlog.configure(**logs)
            signal.signal(signal.SIGTERM, handler)
    return 0
