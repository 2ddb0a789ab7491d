"""Messages without an id get the same one every time, and what came in before that was so is still known."""

import hashlib
from datetime import UTC, datetime

from tests.readers.files import messages

LINE = "2026-03-02 09:14 ana: Hi.\n"


def test_the_id_of_earlier_versions_is_kept_beside():
    [message] = messages(LINE, "ops.log")
    parts = ("ops", "ana", datetime(2026, 3, 2, 9, 14, tzinfo=UTC).isoformat(), "Hi.", "0")
    said = "\0".join(f"{len(part)}:{part}" for part in parts)
    assert message.former_id == hashlib.sha256(said.encode()).hexdigest()[:32]


def test_the_words_are_no_part_of_the_id_but_the_place_among_equals_is():
    first, second = messages(LINE * 2, "ops.log")
    [edited] = messages(LINE.replace("Hi", "Ho"), "ops.log")
    assert first.external_id == edited.external_id != second.external_id
