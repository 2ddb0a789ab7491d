"""What an installation takes, and what `make` says about it."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from email import message_from_bytes
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
MAX_CORE_BYTES = 450_000_000
MODEL = "assay/ai/providers/bge_small_en"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        env={**os.environ, "ASSAY_WHEEL_WITHOUT_PAGE": "1"},  # where it cannot be built
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_core_of_an_installation_is_small(wheel):
    with zipfile.ZipFile(wheel) as packed:
        own = sum(file.file_size for file in packed.infolist())
        metadata = next(name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        wanted = message_from_bytes(packed.read(metadata)).get_all("Requires-Dist", [])
    sizes = {name: size(distribution(name)) for name in needed(map(Requirement, wanted))}
    largest = sorted(sizes.items(), key=lambda pair: -pair[1])[:10]
    assert own + sum(sizes.values()) <= MAX_CORE_BYTES, largest


def needed(wanted: Iterable[Requirement]) -> dict[str, set[str]]:
    """The packages that these requirements bring to this machine, each with its extras."""
    found: dict[str, set[str]] = {}
    waiting = [(each, {""}) for each in wanted]
    while waiting:
        each, extras = waiting.pop()
        if each.marker and not any(each.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        known = found.setdefault(canonicalize_name(each.name), set())
        if not known or each.extras - known:
            known |= each.extras | {""}
            waiting += [(Requirement(text), known) for text in distribution(each.name).requires or []]
    return found


def files(installed: Distribution) -> list[Path]:
    return [file for each in installed.files or [] if (file := Path(str(each.locate()))).exists()]


def size(installed: Distribution) -> int:
    return sum(file.stat().st_size for file in files(installed))


def space(installed: Distribution) -> int:
    """On the disk, as `du` counts it."""
    return sum(512 * file.stat().st_blocks for file in files(installed))


def test_the_wheel_brings_the_model_that_it_was_measured_with(wheel):
    sums = (ROOT / "src" / MODEL / "SHA256SUMS").read_text().split()
    with zipfile.ZipFile(wheel) as packed:
        assert {f"{MODEL}/{name}" for name in (*sums[1::2], "LICENSE", "SHA256SUMS")} <= set(packed.namelist())
        packed.extractall(wheel.parent)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=wheel.parent / MODEL, check=True)


@pytest.mark.parametrize(
    ("pins", "said"), [("requirements.txt", "MEGABYTES"), ("requirements-dev.txt", "MEGABYTES_OF_ALL")]
)
def test_make_says_how_large_it_will_be(pins, said):
    names = [Requirement(line.rstrip("\\ ")) for line in (ROOT / pins).read_text().splitlines() if line[0].isalnum()]
    here = [name for name in names if name.marker is None or name.marker.evaluate()]
    found = sum(space(distribution(each)) for each in {"pip", *(each.name for each in here)}) / 2**20
    assert variable(said) == pytest.approx(found, rel=0.1)


def variable(name: str) -> float:
    found = re.search(rf"^{name} := (\d+)$", MAKEFILE, re.MULTILINE)
    assert found
    return float(found[1])


def test_the_versions_are_everywhere_the_same():
    found = re.search(r"^VERSIONS := (.*)$", MAKEFILE, re.MULTILINE)
    assert found
    versions = found[1].split()
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    assert [each.split()[-1] for each in classifiers if re.search(r":: 3\.\d+$", each)] == versions
    assert f"for version in {' '.join(versions)};" in (ROOT / "tools" / "pythons").read_text()
    assert f"Python {versions[0]} to {versions[-1]}" in (ROOT / "README.md").read_text()
    assert f"Python {versions[0]} to {versions[-1]}" in (ROOT / "docs" / "quickstart.md").read_text()


def pythons(path: Path, *words: str) -> list[str]:
    bare = {"PATH": f"{path}:/usr/bin:/bin", "HOME": str(path)}
    return subprocess.check_output([ROOT / "tools" / "pythons", *words], env=bare, text=True).splitlines()


def program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_only_a_python_that_runs_and_has_pip_and_venv_counts(tmp_path):
    program(tmp_path / "python3.11", "echo 'pyenv: python3.11: command not found' >&2; exit 127")
    program(tmp_path / "python3.12", "echo \"ModuleNotFoundError: No module named 'ensurepip'\" >&2; exit 1")
    program(tmp_path / "python3.13", "echo 3.13")
    program(tmp_path / "python3.14", "echo 3.14")
    found = [line for line in pythons(tmp_path) if str(tmp_path) in line]
    assert found == [f"3.13 {tmp_path}/python3.13", f"3.14 {tmp_path}/python3.14"]
    assert not any(line.startswith("3.13") for line in pythons(tmp_path, "3.13"))


def test_a_python_that_no_path_names_is_found_where_pyenv_has_it(tmp_path):
    hidden = tmp_path / ".pyenv" / "versions" / "3.14.1" / "bin" / "python3"
    program(hidden, "echo 3.14")
    assert f"3.14 {hidden}" in pythons(tmp_path)


def test_the_version_of_an_environment_is_known_also_where_it_does_not_run(tmp_path):
    asked = "import sys; sys.path.insert(0, 'tools'); import install; print(install.version(install.Path(sys.argv[1])))"

    def told(folder: Path) -> str:
        return subprocess.check_output([sys.executable, "-c", asked, folder], cwd=ROOT, text=True).strip()

    assert told(tmp_path) == "None"
    assert told(Path(sys.prefix)) == str(list(sys.version_info[:2]))
    program(tmp_path / "bin" / "python", "exit 1")
    assert told(tmp_path) == "None"


def test_an_installation_that_fails_says_what_pip_said(tmp_path):
    program(tmp_path / "bin" / "python", f'exec {sys.executable} "$@"')
    pins = tmp_path / "pins.txt"
    pins.write_text("no-such-package==1.0 \\\n    --hash=sha256:" + 64 * "0" + "\n")
    ended = subprocess.run(
        [sys.executable, ROOT / "tools" / "install.py", tmp_path, pins, "1"],
        env={**os.environ, "PIP_NO_INDEX": "1"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert "Installing 1 packages into" in ended.stdout
    assert ended.returncode == 1
    assert "No matching distribution found for no-such-package==1.0" in ended.stderr


def noting(folder: Path, name: str) -> Path:
    """Makes a program that only notes what it was asked, and beside it what it knew of its surroundings."""
    asked = folder / f"{name}.asked"
    program(folder / name, f'echo "$@" >> {asked}; /usr/bin/env >> {asked}.env')
    return asked


def test_the_tests_of_ci_see_nothing_of_the_shell_that_starts_them(tmp_path):
    asked = noting(tmp_path, "make")
    given = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}", "CI": "1", "TOKEN": "secret"}
    subprocess.run([ROOT / ".ci" / "run"], env=given, check=True)
    assert asked.read_text().split() == ["test", "others"]
    known = {line.partition("=")[0] for line in Path(f"{asked}.env").read_text().splitlines()}
    assert known - {"PWD", "OLDPWD", "SHLVL", "_"} == {"HOME", "PATH", "CI"}


def test_locking_pins_by_hash_without_an_address_and_looks_for_every_wheel(tmp_path):
    asked = noting(tmp_path, "uv")
    given = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["make", "lock"], cwd=ROOT, env=given, check=True, capture_output=True)
    lines = asked.read_text().splitlines()
    pins = [line for line in lines if line.startswith("pip compile")]
    assert len(pins) == 3
    assert all("--generate-hashes --no-emit-index-url" in line for line in pins)
    wheels = [line for line in lines if "--dry-run" in line]
    assert len(wheels) == len({tuple(line.split()[-5:-2]) for line in wheels}) == 4 * 2
    assert all("--only-binary :all:" in line for line in wheels)
