"""The scripted language model."""

from datetime import UTC, datetime

import pytest

from assay.ai.extractor import Message, Window
from assay.db.base import new_id
from assay.evaluation.cases import Case
from assay.evaluation.script import Claims, ScriptedModel, rounds

CASE = Case.model_validate(
    {
        "id": "logs",
        "kind": "answer",
        "expect": "approve",
        "says": "Logs are kept for 90 days.",
        "paraphrase": "We keep logs 90 days.",
        "lies": [
            {"how": "number", "text": "Logs are kept for 30 days."},
            {"how": "invents", "text": "Logs are secret."},
        ],
        "messages": [
            {"author": "tom", "text": "Anybody for lunch?"},
            {"author": "tom", "text": "How long do we keep logs?"},
            {"author": "ana", "text": "Logs are kept for 90 days."},
            {"author": "ana", "text": "I looked it up."},
            {"author": "clock", "text": "It is noon.", "bot": True},
            {"author": "tom", "text": "thanks, that's right"},
        ],
    }
)


def window(channel: str = "ops") -> Window:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    lines = enumerate(CASE.messages)
    return Window(
        [Message(new_id(), channel, each.author, at.replace(minute=n), each.text, is_bot=each.bot) for n, each in lines]
    )


@pytest.mark.anyio
async def test_it_claims_what_it_is_told_to_as_sure_as_can_be_and_quotes_truly():
    (claimed,) = rounds(Claims.PARAPHRASE, {"ops": CASE})
    said = window()
    (atom,) = (await ScriptedModel(claimed, {"ops": CASE}).extract(said)).atoms
    assert (atom.title, atom.confidence) == (CASE.paraphrase, 1.0)
    texts = {each.id: each.text for each in said.messages}
    assert all(texts[each.message_id] == each.text for each in atom.quotes)
    assert [each.text for each in atom.quotes] == [
        "How long do we keep logs?", "Logs are kept for 90 days.", "thanks, that's right",
    ]  # fmt: skip


@pytest.mark.anyio
async def test_of_other_conversations_it_claims_nothing():
    (claimed,) = rounds(Claims.PARAPHRASE, {"ops": CASE})
    assert not (await ScriptedModel(claimed, {"ops": CASE}).extract(window("lunch"))).atoms


def test_one_lie_of_each_conversation_is_told_at_a_time():
    one = CASE.model_copy(update={"lies": CASE.lies[:1]})
    told = list(rounds(Claims.LIES, {"a": CASE, "b": one}))
    assert [{channel: claim.kind for channel, claim in each.items()} for each in told] == [
        {"a": "number", "b": "number"},
        {"a": "invents"},
    ]
