"""What is left running behind a command."""

import socket

from assay.cli import background


def test_a_preferred_port_that_is_taken_is_said_and_another_is_used(monkeypatch, capfd):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(background, "PREFERRED_PORT", port)
        assert background._port() == 0
    assert capfd.readouterr().err == f"Port {port} is taken by another program: Assay takes a free one.\n"
    assert (background._port(), capfd.readouterr().err) == (port, "")
