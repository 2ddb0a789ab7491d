"""The format of conversations that are labelled with what may be approved."""

import json
from collections import Counter

import pytest

from assay.errors import InvalidInput
from assay.evaluation.cases import Case, by_channel, from_file, shipped

HELLO = {"author": "ana", "text": "Decision: access logs are kept for 90 days."}


def case(**changes) -> str:
    return json.dumps({"id": "a", "kind": "joke", "expect": "hold", "messages": [HELLO], **changes})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "1 to 10,000 conversations are allowed, and it holds 0."),
        ("{", "line 1: the line is not allowed: Invalid JSON"),
        (case() + "\n" + case(id="b", expect="maybe"), "line 2: expect is not allowed: Input should be 'hold' or"),
        (case(messages=[]), "line 1: messages is not allowed: "),
        (case(messages=[{**HELLO, "minute": -1}]), "line 1: messages.0.minute is not allowed: "),
        (case(remark="?"), "line 1: remark is not allowed: "),
        (case(expect="approve"), "line 1: the line is not allowed: Value error, a control needs says"),
        (case(expect="approve", says="for 30 days"), "says must stand in one of the messages"),
        (case(lies=[{"text": "x"}]), "line 1: lies.0.how is not allowed: "),
        (case() + "\n" + case(), "the id 'a' names two conversations"),
    ],
)
def test_a_bad_set_is_refused_in_one_sentence_with_its_line(tmp_path, content, sentence):
    path = tmp_path / "ours.jsonl"
    path.write_text(content)
    with pytest.raises(InvalidInput) as raised:
        from_file(path)
    assert sentence in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_first_words_come_before_the_edit_and_what_was_deleted_never_comes():
    messages = [HELLO, {**HELLO, "edited_from": "Decision: no logs.", "thread": "t"}, {**HELLO, "deleted": True}]
    (channel, found), *_ = by_channel([Case.model_validate_json(case(messages=messages))] * 2).items()
    first, edits = found.first_told(channel), found.edits(channel)
    assert [each.text for each in first] == [HELLO["text"], "Decision: no logs."]
    assert [(each.external_id, each.text) for each in edits] == [(first[1].external_id, HELLO["text"])]
    assert {each.channel for each in first + edits} == {channel}


def test_the_shipped_set_is_as_documented():
    found = shipped()
    traps, controls = [each for each in found if each.is_trap], [each for each in found if not each.is_trap]
    assert (len(traps), len(controls)) == (660, 315)
    assert len({each.kind for each in traps}) == 189
    assert all(each.says and ((each.paraphrase and each.lies) or each.id.startswith("sixth-")) for each in controls)
    assert all(each.why for each in traps)
    assert Counter(each.language for each in found)["en"] <= 860
