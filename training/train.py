"""Trains the ranker from the corpus of this folder, the same way to the last digit, and writes it beside the code.

A weight for each feature, by logistic regression on how near a piece comes to a labelled item; a head for the types;
and a calibration, from talks that the ranker had not seen (five folds by conversation).
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from corpus import Example, authored, of_chats
from regression import Regression, regression

from assay.ai.rules.ranking import model
from assay.ai.rules.ranking.features import NAMES
from assay.ai.rules.ranking.proposals import SIZE
from assay.ai.rules.ranking.signs import Numbers
from assay.kinds import AtomType

TARGET: Final = Path(model.__file__).with_name(model.FILE)
JUNK, RIGHT = 0.78, 0.90
"""Scores up to which a candidate is worth nothing, and from which it is worth all."""
USABLE: Final = 0.82
"""Score from which a proposal is worth keeping as it stands or after an edit."""
SHRINK: Final = 100.0
SHRINK_OF_TYPES: Final = 60.0
FOLDS: Final = 5
LIKELY_ENOUGH: Final = 0.05
SIGNIFICANT: Final = 4
"""Digits of a weight: a machine that rounds otherwise comes to the same ones."""


def trained(examples: Sequence[Example]) -> Regression:
    features = np.vstack([each.features for each in examples])
    scores = np.array([piece.score for each in examples for piece in each.pieces])
    return regression(features, np.clip((scores - JUNK) / (RIGHT - JUNK), 0.0, 1.0), shrink=SHRINK)


def types(examples: Sequence[Example]) -> dict[AtomType, Regression]:
    pieces = [piece for each in examples for piece in each.pieces]
    near = np.array([piece.score >= USABLE for piece in pieces])
    features = np.vstack([each.features for each in examples])[near]
    kinds = np.array([piece.type for piece in pieces], dtype=object)[near]
    return {
        kind: _rare(regression(features, kinds == kind, shrink=SHRINK_OF_TYPES), kinds == kind) for kind in AtomType
    }


def _rare(learned: Regression, truth: Numbers) -> Regression:
    """As if every type were as frequent."""
    return replace(learned, base=learned.base - float(np.log(truth.mean())))


def calibration(examples: Sequence[Example]) -> tuple[float, float]:
    """Slope and shift of the log odds: of what is chosen of talks that were held back, how much is usable."""
    odds: list[float] = []
    usable: list[float] = []
    for fold in range(FOLDS):
        learned = trained([each for at, each in enumerate(examples) if at % FOLDS != fold])
        for each in (each for at, each in enumerate(examples) if at % FOLDS == fold):
            found = learned.odds(each.features)
            chosen = _chosen(each, model.sigmoid(found))
            odds += found[chosen].tolist()
            usable += [float(each.pieces[at].score >= USABLE) for at in chosen]
    fitted = regression(np.array(odds)[:, None], np.array(usable), shrink=1e-6)
    return float(fitted.weights[0]), fitted.base


def _chosen(example: Example, worth: Numbers) -> list[int]:
    """As proposals are: the best of those that share a sentence."""
    sizes = np.array([len(each.sentences) for each in example.pieces], dtype=np.float64)
    used: set[object] = set()
    chosen = []
    for at in np.argsort(-worth / np.maximum(sizes, 1.0) ** SIZE, kind="stable").tolist():
        if worth[at] >= LIKELY_ENOUGH and not used & example.pieces[at].sentences:
            used |= example.pieces[at].sentences
            chosen.append(at)
    return chosen


def rounded(number: float) -> float:
    return float(f"{number:.{SIGNIFICANT}g}")


def named(learned: Regression) -> dict[str, float]:
    return {model.BASE: rounded(learned.base)} | dict(zip(NAMES, map(rounded, learned.weights.tolist()), strict=True))


def document() -> str:
    talks = [*authored("train"), *authored("test")]
    examples = [*talks, *of_chats()]
    slope, shift = calibration(examples)
    learned = {
        "worth": named(trained(examples)),
        "types": {kind.value: named(each) for kind, each in types(talks).items()},
        "calibration": [rounded(slope), rounded(shift)],
    }
    return json.dumps(learned, indent=1) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=TARGET)
    parser.parse_args().to.write_text(document(), "utf-8")
