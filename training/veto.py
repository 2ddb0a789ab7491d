"""Trains the classifier that holds back what is like talks in which nothing was decided, to the last digit the same.

From the labelled conversations that come with Assay: what must be approved in the controls, against what looks like a
decision or an answer in the traps. The threshold is found on sets that the classifier had not seen.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from regression import dual_regression

from assay.ai.extractor import Message
from assay.ai.grounding import classifier, doubts
from assay.ai.grounding.classifier import PLACES
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.sentences import around, sentence_spans
from assay.ai.grounding.signs import Spoken, signs
from assay.ai.grounding.standing import standing
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.talk import Talk, is_persons
from assay.ai.grounding.verdict import Verdict
from assay.ai.grounding.voices import may_be_one
from assay.ai.rules.ranking.signs import Numbers
from assay.evaluation.cases import Case, shipped

TARGET: Final = Path(classifier.__file__).with_name(classifier.FILE)
SETS: Final = (200, 540, 600, 735, 855, 915, 975)
"""Where each set of conversations ends; by other writers, or later."""
SHRINK: Final = 0.1
KEPT: Final = 0.94
"""Of the sound controls of sets left out."""
KEPT_UNPLACED: Final = 0.75
"""The same, where something was said after them that nobody can place."""
MAX_OF_A_MESSAGE: Final = 2
MAX_ANSWERS: Final = 3
STEPS: Final = 127
"""Of a weight, in each direction."""


class Sample(NamedTuple):
    set: int
    row: Numbers
    is_control: bool
    is_sound: bool
    """As far as the rules can tell."""


def examples() -> Iterator[Sample]:
    for number, case in enumerate(shipped()):
        group = sum(number >= end for end in SETS)
        talk = told(case)
        for each in _statements(case, talk):
            stands = standing(talk, each.message, *each.span)
            yield Sample(group, row(talk, each), not case.is_trap, stands.verdict is Verdict.SOUND)


def told(case: Case) -> Talk:
    """What is there after all edits."""
    edited = {each.external_id: each.text for each in case.edits(case.id)}
    return Talk(
        [
            Message(
                UUID(int=number), case.id, each.author, each.sent_at, edited.get(each.external_id, each.text),
                thread=each.thread, is_bot=each.is_bot, edited=each.external_id in edited,
            )
            for number, each in enumerate(case.first_told(case.id), 1)
        ]
    )  # fmt: skip


def row(talk: Talk, statement: Spoken) -> Numbers:
    found = np.zeros(PLACES)
    for at, value in classifier.placed(signs(talk, statement)).items():
        found[at] = value
    return found


def _statements(case: Case, talk: Talk) -> list[Spoken]:
    people = [each for each in talk.messages if is_persons(each)]
    if case.says:
        message = next(each for each in talk.messages if case.says in each.text)
        start = message.text.index(case.says)
        span = around(message.text, start, start + len(case.says))
        decided = any(
            each.sentence.start < span.end and span.start < each.sentence.end for each in decisions_in(message.text)
        )
        return [Spoken(message, span, None if decided else asked_before(talk, message))]
    decisions = [Spoken(each, told.sentence) for each in people for told in decisions_in(each.text)[:MAX_OF_A_MESSAGE]]
    return decisions or list(_answers(talk, people))[:MAX_ANSWERS]


def _answers(talk: Talk, people: Sequence[Message]) -> Iterator[Spoken]:
    for each in people:
        asked = asked_before(talk, each)
        spans = sentence_spans(each.text)
        if asked and spans and not doubts.asks(each.text) and not confirms(each.text):
            yield Spoken(each, max(spans, key=lambda span: span.end - span.start), asked)


def asked_before(talk: Talk, message: Message) -> Message | None:
    others = (each for each in talk.before(message) if not may_be_one(each.author, message.author))
    return next((each for each in others if doubts.asks(each.text)), None)


def left_out(found: Sequence[Sample]) -> Numbers:
    """The odds of each example by a classifier that saw no example of its set."""
    odds = np.zeros(len(found))
    for group in sorted({each.set for each in found}):
        base, weights = trained([each for each in found if each.set != group])
        for at, each in enumerate(found):
            if each.set == group:
                odds[at] = base + each.row @ weights
    return odds


def trained(found: Sequence[Sample]) -> tuple[float, Numbers]:
    rows = np.vstack([each.row for each in found])
    return dual_regression(rows, np.array([each.is_control for each in found]), shrink=SHRINK)


def document() -> str:
    found = list(examples())
    odds = left_out(found)
    sound = np.array([each.is_control and each.is_sound for each in found])
    base, weights = trained(found)
    scale = float(f"{np.abs(weights).max() / STEPS:.4g}")
    learned = {
        "base": round(base, 3),
        "scale": scale,
        "threshold": round(float(np.quantile(odds[sound], 1 - KEPT)), 2),
        "clear": round(float(np.quantile(odds[sound], 1 - KEPT_UNPLACED)), 2),
        "weights": np.rint(weights / scale).astype(int).tolist(),
    }
    return json.dumps(learned) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=TARGET)
    parser.parse_args().to.write_text(document(), "utf-8")
