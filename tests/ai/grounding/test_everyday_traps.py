"""Talks in which nothing was decided, consented to or left standing, one a line: who says what, `@` so much later."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from assay.ai.extractor import Message
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.standing import standing
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.verdict import Verdict

LINES = Path(__file__).with_name("everyday_traps.txt").read_text("utf-8").splitlines()
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = {
    "a": "Anneliese",
    "b": "Bartosz",
    "c": "Chidi",
    "d": "Dorothea",
    "a2": "Anneliese_phone",
    "A.": "anneliese k",
}


def spoken(line: str) -> Talk:
    return Talk(list(_messages(line)))


def _messages(line: str) -> Iterator[Message]:
    minute = 0.0
    for number, each in zip(count(1), line.split(" / "), strict=False):
        who, text = each.split(": ", 1)
        if who.startswith("@"):
            later, who = who[1:].split(" ")
            minute = float(later)
        yield Message(UUID(int=number), "ops", NAMES[who], MORNING + timedelta(minutes=minute), text)
        minute += 2


@pytest.mark.parametrize("line", LINES)
def test_nothing_in_it_is_sound(line):
    talk = spoken(line)
    stands = (standing(talk, each, *span) for each in talk.messages for span in sentence_spans(each.text))
    assert all(each.verdict is not Verdict.SOUND for each in stands)
