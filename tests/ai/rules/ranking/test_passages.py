"""A message as it is read: lines, sentences, and where each stands."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from assay.ai.extractor import Message
from assay.ai.rules.ranking.passages import passages


def said(text: str) -> list[str]:
    message = Message(UUID(int=1), "shed", "ana", datetime(2026, 1, 5, tzinfo=UTC), text)
    return [sentence.raw for passage in passages([message]) for sentence in passage.sentences]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("went fine. then it broke", ["went fine.", "then it broke"]),
        ("am 4. Mai, z.B. um 9. Danach nicht", ["am 4. Mai, z.B. um 9. Danach nicht"]),
        ("look:\n```\nrm -rf x. y\n```\nthat was it", ["that was it"]),
        ("> old words\nnew words", ["new words"]),
        (
            "a line that is wrapped by the mail program\nand goes on here",
            ["a line that is wrapped by the mail program", "and goes on here"],
        ),
    ],
)
def test_sentences_end_where_they_end(text, found):
    assert said(text) == found


def test_notes_are_read_by_lines_under_their_headings():
    text = "# Minutes\n## Keys\n- Tom: counted every evening\n- **Boats.** Nobody goes out alone.\nend"
    message = Message(UUID(int=1), "shed", "ana", datetime(2026, 1, 5, tzinfo=UTC), text)
    found = [(each.author, each.heading, each.raw) for each in passages([message])]
    assert found == [
        ("Tom", "Keys", "counted every evening"),
        ("ana", "Boats", "Nobody goes out alone."),
        ("ana", "Keys", "end"),
    ]
