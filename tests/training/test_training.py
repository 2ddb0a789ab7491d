"""The corpus and the scripts give the ranker and the classifier that are shipped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.ai.grounding import classifier
from assay.ai.rules.ranking import model
from assay.ai.rules.ranking.features import NAMES
from assay.kinds import AtomType

ROOT = Path(__file__).parents[2]
SHIPPED = Path(model.__file__).with_name(model.FILE)


def test_the_ranker_has_a_weight_for_every_feature():
    document = json.loads(SHIPPED.read_text("utf-8"))
    assert list(document["worth"]) == [model.BASE, *NAMES]
    assert set(document["types"]) == {kind.value for kind in AtomType}


@pytest.mark.load
@pytest.mark.parametrize(
    ("script", "shipped"),
    [("train.py", SHIPPED), ("veto.py", Path(classifier.__file__).with_name(classifier.FILE))],
)
def test_the_same_comes_out_to_the_last_digit(script, shipped, tmp_path):
    out = tmp_path / "out.json"
    subprocess.run(
        [sys.executable, f"training/{script}", "--to", str(out)],
        cwd=ROOT,
        check=True,
        timeout=600,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert out.read_text("utf-8") == shipped.read_text("utf-8")
