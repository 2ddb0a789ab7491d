"""Every example of every page is run as a user would, in the order of the page, beside a running Assay.

What cannot be run says why on the page itself (`tests.docs.blocks`), and a new example that does neither fails here.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from tests.conftest import administer, named
from tests.docs import example_world, forked_command
from tests.docs.blocks import Block, blocks, typed
from tests.docs.pages import PAGES, ROOT
from tests.patience import PATIENCE

FIRST: Final = "docs/quickstart.md"
"""It shows a queue that holds nothing else."""
LAST: Final = "docs/howto/tune-the-policy.md"
"""It changes what holds for the others."""
IDENTITY: Final = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f-]{27}|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8})\b")
TOKEN: Final = re.compile(r"\bassay_[\w-]{40,}")
OURS: Final = ("ASSAY_", "KNOWLEDGE_", "JOBS_", "DATABASE_URL", "NATS_URL", "OTEL_")
SHELL: Final = ("sh", "bash", "console")


def by_turn(page: Path) -> tuple[int, str]:
    name = str(page.relative_to(ROOT))
    return (name == LAST) - (name == FIRST), name


RUN: Final = sorted((page for page in PAGES if any(each.mark != "not run" for each in blocks(page))), key=by_turn)


def _pattern(word: str) -> str:
    """What matches a word of an answer."""
    return re.sub(r"\b0\\\.\d\d\b", r"[01]\.\\d\\d", IDENTITY.sub("([0-9a-f-]+)", re.escape(word).replace(r"\-", "-")))


class Reader:
    """Somebody who types what a page says, in a folder of their own."""

    def __init__(self, folder: Path, environment: dict[str, str], names: dict[str, str]) -> None:
        self.folder = folder
        self.names = names
        self._state = folder / ".environment"
        self._state.write_text("")
        self._environment = environment

    def take(self, block: Block) -> None:
        if block.mark == "file":
            (self.folder / block.words).write_text(block.text)
        if block.mark == "not run" or block.mark == "file":
            return
        getattr(self, f"_{block.language}")(block)

    def _sh(self, block: Block) -> None:
        ended = self._shell(block.text)
        assert ended.returncode == 0, ended.stdout

    _bash = _sh

    def _console(self, block: Block) -> None:
        for each in typed(block.text):
            ended = self._shell(each.command)
            if block.mark != "output differs":
                self._compare(each.answer, ended.stdout)

    def _python(self, block: Block) -> None:
        ended = self._shell(f"{sys.executable} - <<'END'\n{block.text}END\n")
        assert ended.returncode == 0, ended.stdout

    def _ini(self, block: Block) -> None:
        """A unit of systemd."""
        if not shutil.which("systemd-analyze"):
            pytest.skip("systemd-analyze, which checks the unit, is not on this machine")
        unit = self.folder / "assay.service"
        unit.write_text(block.text.replace("/opt/assay/.venv", sys.prefix))
        ended = self._shell(f"systemd-analyze verify --man=no {unit}")
        assert (ended.returncode, ended.stdout) == (0, "")

    def _json(self, block: Block) -> None:
        json.loads(block.text)

    def _sql(self, block: Block) -> None:
        with psycopg.connect(example_world.address_of(Path(self._environment["ASSAY_HOME"]))) as connection:
            connection.execute(block.text)

    def _shell(self, text: str) -> subprocess.CompletedProcess[str]:
        """Runs the lines in the shell that the page's lines before left behind."""
        text = self._translated(text)
        script = f"set -e -a -o pipefail; source {self._state}\n{text}\ndeclare -px > {self._state}\n"
        ended = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        if token := TOKEN.search(ended.stdout):
            self._environment |= {"KEY": token[0]}
        return ended

    def _translated(self, text: str) -> str:
        for shown, real in self.names.items():
            text = text.replace(shown, real)
        return text

    def _compare(self, shown: str, real: str) -> None:
        """The answer is as shown, but for ids and shares; what each id of the page is really called is kept."""
        pattern = r"\s+".join(map(_pattern, shown.split()))
        answered = re.fullmatch(pattern, real.strip())
        assert answered, f"{real}\nis not what the page shows:\n{shown}"
        self.names |= dict(zip(IDENTITY.findall(shown), answered.groups(), strict=True))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of somebody whose Assay runs, in a data folder of its own."""
    folder = tmp_path_factory.mktemp("docs")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    ours = {
        "HOME": str(folder),
        "ASSAY_HOME": str(folder / "assay-trial"),
        "URL": f"http://127.0.0.1:{port}",
        "UP_PORT": port,
        "UP_LOG": str(folder / "up.log"),
        "NO_PROXY": "*",
        "COLUMNS": "200",
    }
    with forked_command.program(folder) as program:
        found = {**kept, **ours, "PATH": f"{program}:{os.environ['PATH']}"}
        subprocess.run(["assay", "up"], env=found, check=True)
        yield found
        subprocess.run(["assay", "down"], env=found, check=True)


@pytest.fixture(scope="module")
def stand_ins() -> Iterator[example_world.Names]:
    with example_world.receivers() as found:
        yield found


@pytest.fixture(scope="module")
def own_servers(server_url: str, template: str, nats_url: str) -> Iterator[example_world.Names]:
    """In the place of a team's own."""
    for name in ("docs_own", "docs_new"):
        administer(server_url, f"CREATE DATABASE {name} {f'TEMPLATE {template}' if name == 'docs_own' else ''}")
    yield {
        "postgresql://team:choose-one@db.example:5432/assay": named(server_url, "docs_own"),
        "postgresql://team:choose-one@db.example:5432/new": named(server_url, "docs_new"),
        "nats://user:password@nats.example:4222": nats_url,
    }
    for name in ("docs_own", "docs_new"):
        administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run_as_printed(page: Path, environment, stand_ins, own_servers, tmp_path):
    home, name = Path(environment["ASSAY_HOME"]), str(page.relative_to(ROOT))
    setup = example_world.SETUPS.get(name)
    found = example_world.with_world(home, setup) if setup else {}
    places = {
        "http://127.0.0.1:8000": environment["URL"],
        "/var/lib/assay": str(home),
        "/somewhere": str(tmp_path),
        "$(.venv/bin/python": f"$({sys.executable}",
        "curl -N": "timeout 2 curl -sN",
    }
    shutil.copy(ROOT / "tests" / "docs" / "chat.jsonl", tmp_path / "my-chat.jsonl")
    reader = Reader(tmp_path, dict(environment), {**places, **stand_ins, **own_servers, **found})
    for block in blocks(page):
        if block.mark != "not run":
            example_world.settle(home)
        try:
            reader.take(block)
        except AssertionError as error:
            raise AssertionError(f"{name}, line {block.line}: {error}") from None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_is_run_or_says_why_not(page: Path):
    known = [*SHELL, "python", "json", "sql", "ini"]
    unknown = [
        each.line for each in blocks(page) if each.mark not in ("not run", "file") and each.language not in known
    ]
    assert unknown == [], "mark it with <!-- not run: why -->, or give it a language that is run"
