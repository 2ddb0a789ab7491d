"""The judge on the labelled conversations that come with Assay: a spread sample always, all of them in the soak."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import pytest

from assay.ai.extractor import Message
from assay.ai.grounding.second_opinion import second_opinion
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.standing import Standing, standing
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.verdict import Verdict
from assay.evaluation.cases import Case, shipped
from assay.readers.records import TextSpan

EVERY: Final = 10
MIN_SOUND: Final = 0.8
"""Of the controls."""
CASES: Final = shipped()


def told(case: Case) -> Talk:
    """What is there after all edits; the messages of one minute in their order."""
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


def stands(talk: Talk) -> Iterator[Standing]:
    for each in talk.messages:
        yield from (judged(talk, each, span) for span in sentence_spans(each.text))


def judged(talk: Talk, message: Message, span: TextSpan) -> Standing:
    return second_opinion(talk, message, span, standing(talk, message, *span))


def is_sound(case: Case) -> bool:
    talk, says = told(case), case.says or ""
    message = next(each for each in talk.messages if says in each.text)
    at = message.text.index(says)
    return judged(talk, message, TextSpan(at, at + len(says))).verdict is Verdict.SOUND


def sound_traps(cases: Sequence[Case]) -> list[str]:
    traps = (case for case in cases if case.is_trap)
    return [case.id for case in traps if any(each.verdict is Verdict.SOUND for each in stands(told(case)))]


def test_no_trap_of_a_spread_sample_is_sound():
    assert sound_traps(CASES[::EVERY]) == []


def test_most_controls_of_a_spread_sample_are_sound():
    controls = [case for case in CASES[::EVERY] if not case.is_trap]
    assert sum(map(is_sound, controls)) >= MIN_SOUND * len(controls) - 1


@pytest.mark.soak
def test_no_trap_is_sound():
    assert sound_traps(CASES) == []


@pytest.mark.soak
def test_most_controls_are_sound():
    controls = [case for case in CASES if not case.is_trap]
    assert sum(map(is_sound, controls)) >= MIN_SOUND * len(controls)
