"""The place where the web app listens."""

import resource
import socket
from contextlib import suppress
from typing import Final

from assay.errors import Conflict, InvalidInput

PREFERRED_PORT: Final = 8000
BACKLOG: Final = 1024
"""Connections that may wait to be accepted: after a restart all live clients come back at once."""


def web_address(host: str, port: int) -> str:
    """Where a person on this machine reaches the web app."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def allow_many_connections() -> None:
    """As many files as the system allows this process: each connection is one, and the usual start is with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # where the bound is none, the kernel may have one of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def is_free(port: int) -> bool:
    """Whether the web app could listen there on this machine."""
    try:
        listening("127.0.0.1", port).close()
    except Conflict:
        return False
    return True


def listening(host: str, port: int) -> socket.socket:
    """A socket taken before anything else starts. Raises InvalidInput or Conflict with one sentence."""
    if not 0 <= port <= 65535:
        raise InvalidInput(f"--port {port} is not allowed: it must be 0 to 65535.")
    if not host:
        raise InvalidInput("--host is empty: give an address, such as 127.0.0.1, or 0.0.0.0 for all of them.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once (TCP_NODELAY) on sockets that name their protocol, and on no others
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Conflict(f"Cannot listen on {host} port {port}: {error.strerror or error}. Try --port 0.") from None
    return listener
