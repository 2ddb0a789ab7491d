"""What is left running behind a command."""

import socket
import subprocess

import pytest

from assay import settings
from assay.cli import background
from assay.errors import Unavailable


def test_a_preferred_port_that_is_taken_is_said_and_another_is_used(monkeypatch, capfd):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(background, "PREFERRED_PORT", port)
        assert background._port() == 0
    assert capfd.readouterr().err == f"Port {port} is taken by another program: Assay takes a free one.\n"
    assert (background._port(), capfd.readouterr().err) == (port, "")


@pytest.mark.parametrize(("asked", "port"), [(0, "0"), (8123, "8123")])
def test_what_is_left_running_answers_at_the_port_that_was_asked_for(monkeypatch, tmp_path, asked, port):
    words: list[str] = []

    def start(_log, *given):
        words.extend(given)
        return subprocess.Popen(["true"])

    for name in ("DATABASE_URL", "NATS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    monkeypatch.setattr(background, "_start", start)
    settings.load.cache_clear()
    with pytest.raises(Unavailable):
        background.ensure_running(asked)
    settings.load.cache_clear()
    assert words == ["up", "--port", port]
