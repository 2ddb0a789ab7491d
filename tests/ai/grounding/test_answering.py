"""Whether an answer answers its question."""

import pytest

from assay.ai.grounding.answering import answers


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which port does the new queue listen on?", "The queue listens on 5672."),
        ("how long does the dough rest?", "45 minutes"),
        ("when is the gate locked?", "always after sunset"),
        ("where do the spare keys hang?", "behind the door of room four"),
        ("may I bring the dog?", "No, never."),
        ("my loaves spread since it got warm, what do i change??", "Cut the rise to three hours."),
        ("How do I print both sides?", 'Choose "flip on long edge" and do not tick "booklet".'),
        ("why is the build red?", "because node was pinned to 14"),
        ("wie lange ruht der Teig?", "45 Minuten"),
        ("où sont les clés ?", "dans le tiroir"),
    ],
)
def test_an_answer_shares_its_subject_or_has_the_form_that_was_asked_for(question, answer):
    assert answers(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how long does the dough rest?", "the printer on floor two is empty again"),
        ("Which port does the new queue listen on?", "lunch is served"),
        ("why is the build red?", "see you at the Lamb"),
    ],
)
def test_what_shares_nothing_with_a_question_is_no_answer(question, answer):
    assert not answers(question, answer)


def test_a_confirmation_that_names_the_answer_shows_what_is_meant():
    assert answers("why is the build red?", "someone pinned an old compiler", "compiler updated, all green")
