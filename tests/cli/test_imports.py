"""What a command costs before it has done anything: the modules that it imports."""

import json
import os
import subprocess
import sys

import pytest
from tests.builders import draft, propose
from tests.patience import PATIENCE

HEAVY = {
    *("aiohttp", "alembic", "argon2", "fastapi", "httpx2", "nats", "nltk", "numpy", "onnxruntime", "pgvector"),
    *("pydantic_ai", "scipy", "starlette", "taskiq", "textblob", "tokenizers", "uvicorn", "websockets"),
}
MAX_MODULES = 900
MAX_MODULES_WITHOUT_DATABASE = 600
RUN = """
import json, sys
from assay.cli.app import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit as end:
        assert not end.code, (words, end.code)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def imported(*commands: list[str], **environment: str) -> list[str]:
    """The modules of a process that ran these commands, all of which went well."""
    ended = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(commands)],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    modules: list[str] = json.loads(ended.stderr.splitlines()[-1])
    return modules


def heavy(modules: list[str]) -> set[str]:
    return HEAVY & {each.partition(".")[0] for each in modules}


@pytest.mark.anyio
async def test_reading_and_deciding_import_no_model_no_web_app_and_no_queue(database, database_url, nats_url, tmp_path):
    first, second = map(str, await propose(database, [draft(), draft()]))
    commands = [
        *(["proposals", "list"], ["proposals", "show", first], ["proposals", "approve", first]),
        *(["proposals", "reject", second], ["proposals", "groups"], ["topics"], ["atoms"], ["metrics"]),
    ]
    servers = {"DATABASE_URL": database_url, "NATS_URL": nats_url, "ASSAY_HOME": str(tmp_path)}
    found = imported(*commands, **servers)
    assert heavy(found) == set()
    assert len(found) < MAX_MODULES, f"{len(found)} modules are imported"


def test_what_needs_no_database_imports_none(tmp_path):
    found = imported(["--help"], ["--version"], ["settings"], ["status"], ASSAY_HOME=str(tmp_path))
    assert heavy(found) | {"sqlalchemy", "psycopg"} & set(found) == set()
    assert len(found) < MAX_MODULES_WITHOUT_DATABASE, f"{len(found)} modules are imported"


@pytest.mark.anyio
async def test_looking_at_jobs_and_rules_imports_no_model(database, database_url, nats_url, tmp_path):
    servers = {"DATABASE_URL": database_url, "NATS_URL": nats_url, "ASSAY_HOME": str(tmp_path)}
    found = imported(["jobs", "list"], ["policy", "show"], ["users", "list"], **servers)
    assert heavy(found) - {"argon2"} == set()


def test_help_and_version_read_no_settings():
    assert "pydantic_settings" not in imported(["--version"], ["--help"])
