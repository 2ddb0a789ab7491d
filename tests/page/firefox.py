"""Firefox as a distribution has it, driven by WebDriver BiDi, the W3C's protocol, which it speaks by itself."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE
from websockets.sync.client import ClientConnection, connect

from assay.runtime.process import wait_for

FIREFOX = os.environ.get("ASSAY_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Firefox:
    """One window. What its pages complain of is kept."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.number = socket, 0
        self.complaints: list[str] = []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded"])
        self.window = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **parameters: Any) -> Any:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while (said := json.loads(self.socket.recv(PATIENCE))).get("id") != self.number:
            entry = said.get("params", {})
            if said.get("method") == "log.entryAdded" and entry["level"] == "error":
                self.complaints.append(entry["text"])
        assert said["type"] == "success", said
        return said["result"]

    def open(self, url: str) -> None:
        self.command("browsingContext.navigate", context=self.window, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Of what is a plain value."""
        answer = self.command(
            "script.evaluate", expression=expression, target={"context": self.window}, awaitPromise=True
        )
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def await_that(self, expression: str) -> None:
        assert wait_for(lambda: self.evaluate(expression), PATIENCE), expression

    def press(self, key: str) -> None:
        actions = [{"type": each, "value": key} for each in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.command("input.performActions", context=self.window, actions=[keyboard])


@contextmanager
def started(folder: Path) -> Iterator[Firefox]:
    """`folder`: for its profile and its words."""
    said = folder / "said.txt"
    words = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    with (
        said.open("w") as out,
        subprocess.Popen(words, stdout=out, stderr=out, env={**os.environ, "HOME": str(folder)}) as process,
    ):
        try:
            assert wait_for(lambda: bool(LISTENING.search(said.read_text())), PATIENCE), said.read_text()
            found = LISTENING.search(said.read_text())
            assert found
            with connect(f"{found[1]}/session", proxy=None, max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
