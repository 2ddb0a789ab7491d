"""The examples of the how-to run as they are printed."""

import asyncio
import os
import re
import subprocess
import sys

import pytest
from tests.docs.pages import DOCS
from tests.patience import PATIENCE
from tests.web.lab import person, token
from tests.web.listening import listening

from assay.db.engine import Database
from assay.db.models import ActorKind, Scope
from assay.settings import Settings
from assay.web.app import create_app

PAGE = (DOCS / "howto" / "use-the-api.md").read_text()


def _block(language: str) -> str:
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return found[0]


async def _key(database_url: str) -> str:
    database = Database(database_url)
    bot = await person(database, "importer", kind=ActorKind.AGENT)
    secret = await token(database, bot, Scope.READ, Scope.PROPOSE, Scope.REVIEW)
    await database.close()
    return secret


@pytest.fixture
def environment(database_url, nats_url):
    secret = asyncio.run(_key(database_url))
    with listening(create_app(Settings(), database_url, nats_url)) as url:
        yield {**os.environ, "ASSAY_URL": url, "ASSAY_TOKEN": secret, "NO_PROXY": "*"}


def _run(words: list[str], environment: dict[str, str]) -> str:
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_python_example_runs_as_printed(environment):
    code = _block("python")
    assert len(code.splitlines()) <= 31
    lines = _run([sys.executable, "-c", code], environment).splitlines()
    assert lines[0] == "{'added': 1, 'edited': 0, 'unchanged': 0}"
    assert lines[2].startswith("Postgres 17 comes in May 0.")


def test_the_curl_session_runs_as_printed(environment):
    out = _run(["bash", "-ec", _block("bash")], environment)
    assert out.startswith('{"added":1,"edited":0,"unchanged":0}')
    assert '"next":null' in out
