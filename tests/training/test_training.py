"""The corpus and the script give the ranker that is shipped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
def test_the_same_ranker_comes_out_to_the_last_digit(tmp_path):
    out = tmp_path / "ranker.json"
    subprocess.run(
        [sys.executable, "training/train.py", "--to", str(out)],
        cwd=ROOT,
        check=True,
        timeout=600,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert out.read_text("utf-8") == SHIPPED.read_text("utf-8")
