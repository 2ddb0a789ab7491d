"""The first person who may sign in is made by the first start, at a terminal, and shown once."""

import contextlib
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from tests.patience import PATIENCE

from assay.runtime.process import wait_for


@contextmanager
def started(database_url: str, nats_url: str, home: str, *, at_a_terminal: bool) -> Iterator[str]:
    """The web app as a real process; what it prints until it answers."""
    master, slave = pty.openpty()
    out = slave if at_a_terminal else subprocess.PIPE
    environment = {**os.environ, "DATABASE_URL": database_url, "NATS_URL": nats_url, "ASSAY_HOME": home}
    process = subprocess.Popen(
        [sys.executable, "-m", "assay", "api", "--port", "0"], env=environment, stdout=out, stdin=slave
    )
    try:
        yield _printed(master if at_a_terminal else process.stdout.fileno())  # type: ignore[union-attr]
    finally:
        process.terminate()
        process.wait(PATIENCE)
        os.close(master)
        os.close(slave)


def _printed(source: int) -> str:
    """All that is printed until the app answers: what it has to say to a person stands before."""
    text = ""
    while not (address := re.search(r"http://127\.0\.0\.1:\d+ ", text)):
        text += os.read(source, 4096).decode()
    httpx2.get(f"{address[0].strip()}/healthz", trust_env=False, timeout=PATIENCE)
    os.set_blocking(source, False)
    with contextlib.suppress(BlockingIOError):
        text += os.read(source, 65536).decode()
    return text


@pytest.fixture
def starting(database_url, nats_url, tmp_path):
    return lambda **how: started(database_url, nats_url, str(tmp_path), **how)


def sign_in(printed: str) -> int:
    [address] = set(re.findall(r"http://127\.0\.0\.1:\d+", printed))
    [(name, password)] = re.findall(r"The first account is '(\w+)' with the password (\S+)\.", printed)
    asked = {"name": name, "password": password}
    return int(httpx2.post(f"{address}/api/v1/session", json=asked, trust_env=False, timeout=PATIENCE).status_code)


def test_a_terminal_shows_the_password_of_the_first_admin_once_and_it_works(starting):
    with starting(at_a_terminal=True) as printed:
        assert sign_in(printed) == 201
    with starting(at_a_terminal=True) as printed:
        assert "password" not in printed


def test_what_is_kept_in_a_file_holds_no_password(starting):
    with starting(at_a_terminal=False) as printed:
        assert "Make the first account with" in printed
        assert "password" not in printed


BROWSER = """#!/bin/sh
echo "$@" > "$SEEN.new"
mv "$SEEN.new" "$SEEN"
"""
OPEN = "from assay.cli.first_admin import open_in_browser as o; o('http://127.0.0.1:8000/sign-in?link=a-secret')"


def test_the_link_that_signs_in_stands_in_a_private_file_and_not_in_the_process_list(tmp_path):
    browser, seen, home = tmp_path / "browser", tmp_path / "seen", tmp_path / "home"
    browser.write_text(BROWSER)
    browser.chmod(0o700)
    environment = {**os.environ, "ASSAY_HOME": str(home), "BROWSER": str(browser), "DISPLAY": ":0", "SEEN": str(seen)}
    master, slave = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", OPEN], env=environment, stdin=slave, stdout=slave, check=True, timeout=PATIENCE
    )
    assert wait_for(seen.exists, PATIENCE)
    page = home / "sign-in.html"
    assert seen.read_text().split() == [page.as_uri()]
    assert page.stat().st_mode & 0o777 == 0o600
    assert "url=http://127.0.0.1:8000/sign-in?link=a-secret" in page.read_text()
    os.close(master)
    os.close(slave)
