"""Fills a virtual environment with pinned packages, and says how far it is. Needs nothing but a bare Python.

Usage: install.py FOLDER REQUIREMENTS MEGABYTES
"""

import subprocess
import sys
import time
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_BETWEEN_LINES = 10.0
LINES_OF_A_FAILURE = 20
COUNT = """
import sys
from pip._vendor.packaging.requirements import Requirement
pins = [line.rstrip("\\\\ \\n") for line in open(sys.argv[1]) if line[0].isalnum()]
print(sum(pin.marker is None or pin.marker.evaluate() for pin in map(Requirement, pins)))
"""
"""How many of the pins are for this machine, for the Python of the folder, which has pip."""


def main(folder: Path, requirements: Path, megabytes: str) -> None:
    begun = time.monotonic()
    print(f"Python {sys.version.split()[0]} at {sys.executable}", flush=True)
    if version(folder) != list(sys.version_info[:2]):
        anew = ["--clear"] if (folder / "pyvenv.cfg").exists() else []  # never a folder that is something else
        subprocess.run([sys.executable, "-m", "venv", *anew, str(folder)], check=True)
    python = str(folder / "bin" / "python")
    total = int(subprocess.run([python, "-c", COUNT, str(requirements)], check=True, stdout=subprocess.PIPE).stdout)
    print(f"Installing {total} packages into {folder}, about {megabytes} MB on the disk.", flush=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-deps"]
    pinned = [*pip, "--progress-bar", "off", "--require-hashes", "--requirement", str(requirements)]
    watched(pinned, folder / "install.log", total)
    subprocess.run([*pip, "--quiet", "--no-build-isolation", "--editable", "."], check=True)
    print(f"Installed in {time.monotonic() - begun:.0f} seconds.", flush=True)


def version(folder: Path) -> "list[int] | None":
    """Of the environment that is there. None when there is none, or its Python is gone."""
    asked = [str(folder / "bin" / "python"), "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        return [int(part) for part in subprocess.run(asked, check=True, stdout=subprocess.PIPE).stdout.split()]
    except (OSError, subprocess.CalledProcessError):
        return None


def watched(words: "list[str]", log: Path, total: int) -> None:
    """Runs pip with its many lines in a file, of which the last are shown when it fails."""
    with log.open("w") as out, subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT) as process:
        said = 0.0
        while process.poll() is None:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            if sys.stdout.isatty() or time.monotonic() > said + SECONDS_BETWEEN_LINES:
                show(progress(log, total))
                said = time.monotonic()
    show("")
    if process.returncode:
        print(*log.read_text().splitlines()[-LINES_OF_A_FAILURE:], sep="\n", file=sys.stderr)
        sys.exit(f"The packages could not be installed: pip ended with {process.returncode}. All it said: {log}")


def progress(log: Path, total: int) -> str:
    said = log.read_text()
    if "Installing collected packages" in said:
        there = len(list(log.parent.glob("lib/*/site-packages/*.dist-info")))  # pip is there too
        return f"  unpacking: {min(there, total)} of {total}"
    return f"  fetching: {said.count('Collecting ') + said.count('Requirement already')} of {total}"


def show(line: str) -> None:
    """On a terminal in the place of the line before."""
    if sys.stdout.isatty():
        print(f"\r\033[K{line}", end="", flush=True)
    elif line:
        print(line, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
