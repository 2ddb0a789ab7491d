"""What a language model is asked, and what becomes of its answer."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.ai.chats import chat, message
from tests.ai.llm import FACT, NOTHING, atom, found, scripted, topic
from tests.ai.model_server import says

from assay.ai.extractor import KnownAtom, Window
from assay.ai.prompts import load
from assay.ai.providers.llm import parse, schema
from assay.ai.providers.llm.prompt import compose
from assay.errors import Unavailable
from assay.kinds import AtomType, LinkType

pytestmark = pytest.mark.anyio

PROVIDERS = ["openai", "anthropic", "openai-compatible"]


@pytest.fixture
def window() -> Window:
    return Window(chat(f"ana: {FACT}\ntom: +1"), known_topics=["Ledger"])


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("output", ["auto", "tool", "prompted"])
async def test_every_kind_of_server_gives_the_same_drafts(provider, output, window):
    model = {"openai": "gpt-4.1-mini", "anthropic": "claude-sonnet-4-5"}.get(provider, "qwen3:8b")
    answer = found(atom(FACT, (1, FACT), (2, "+1")), topics=[topic()])
    changes = {"assay_extractor": provider, "assay_llm_model": model, "assay_llm_output": output}
    async with scripted([says(answer)], **changes) as (server, extractor):
        if provider == "anthropic":
            extractor._settings = extractor._settings.model_copy(update={"assay_llm_url": server.url[:-3]})
        extraction = await extractor.extract(window)
    [draft], [subject] = extraction.atoms, extraction.topics
    assert (draft.type, draft.title, draft.confidence, draft.topic) == (AtomType.DECISION, FACT, 0.9, "Ledger")
    assert [quote.message_id for quote in draft.quotes] == [each.id for each in window.messages]
    assert (subject.name, subject.icon, subject.color, subject.confidence) == ("Ledger", "database", "blue", 0.8)
    assert extraction.tokens_used == 120
    assert extraction.cost == pytest.approx((100 * 1 + 20 * 10) / 1e6)
    assert extraction.refused == {}
    assert (extractor.name, extractor.model, extractor.prompt_version) == (provider, model, "extraction-1")


@pytest.mark.parametrize(
    ("output", "where"),
    [("auto", ["response_format", "json_schema", "schema"]), ("tool", ["tools", 0, "function", "parameters"])],
)
async def test_the_whole_schema_reaches_a_compatible_server(output, where, window):
    async with scripted([says(NOTHING)], assay_llm_output=output) as (server, extractor):
        await extractor.extract(window)
    inner = server.asked[0].body
    for step in where:
        inner = inner[step]
    assert inner == schema.ANSWER
    assert server.asked[0].body["max_tokens"] == 8_000


async def test_messages_are_numbered_data_between_two_lines_with_one_code(window):
    window = replace(window, context=chat("eve: Earlier words.", channel="older"))
    async with scripted([says(NOTHING)]) as (server, extractor):
        await extractor.extract(window)
        await extractor.extract(window)
    first, second = server.asked
    assert first.system == load("extraction-1").text
    assert [(line["message"], line["text"], line.get("context")) for line in first.messages] == [
        (1, "Earlier words.", True),
        (2, FACT, None),
        (3, "+1", None),
    ]
    fences = [line for line in first.question.splitlines() if line.startswith("--- ")]
    assert len(fences) == 2
    assert fences[0] == fences[1]
    assert fences[0] not in second.question


async def test_secrets_and_what_nobody_sees_never_leave_the_house():
    text = "The key is AKIAIOSFODNN7EXAMPLE\u200b and \U000e0061\U000e0062 the ledger is big."
    async with scripted([says(NOTHING)]) as (server, extractor):
        await extractor.extract(Window([message(text)]))
    assert server.asked[0].messages[0]["text"] == "The key is [masked] and  the ledger is big."


async def test_links_lead_to_own_items_and_to_known_ones(window):
    known = KnownAtom(UUID(int=7), AtomType.PROBLEM, "The ledger is slow.")
    targets = ["new 2", "known 1", "new 99", "known 2", "7", None]
    links = [{"to": to, "type": "solves", "strength": 60} for to in targets]
    async with scripted([says(found(atom(links=links), atom("Another fact about it.")))]) as (server, extractor):
        extraction = await extractor.extract(replace(window, known_atoms=[known]))
    assert server.asked[0].data[1] == {"known": 1, "type": "problem", "title": "The ledger is slow."}
    assert [(link.to, link.link_type, link.strength) for link in extraction.atoms[0].links] == [
        (1, LinkType.SOLVES, 0.6),
        (known.id, LinkType.SOLVES, 0.6),
    ]
    assert extraction.refused == {"links": 4}


async def test_ids_that_the_model_invents_are_dropped_and_counted(window):
    quotes = [(1, FACT), (0, FACT), (3, FACT), (-1, FACT), (10**30, FACT)]
    async with scripted([says(found(atom(FACT, *quotes)))]) as (_, extractor):
        extraction = await extractor.extract(window)
    assert [quote.message_id for quote in extraction.atoms[0].quotes] == [window.messages[0].id]
    assert extraction.refused == {"invented_quotes": 4}


async def test_ten_thousand_items_are_cut_to_the_cap_and_counted(window):
    async with scripted([says(found(*[atom()] * 10_000, topics=[topic()] * 50))]) as (_, extractor):
        extraction = await extractor.extract(window)
    assert (len(extraction.atoms), len(extraction.topics)) == (schema.MAX_ATOMS, schema.MAX_TOPICS)
    assert extraction.refused == {"atoms_over_the_limit": 9_960, "topics_over_the_limit": 40}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ["a"]}, {"title": None}, {"title": {"a": 1}}, {"content": 7}, {"quotes": "no"}, {"quotes": [1, None]},
        {"confidence": "very"}, {"confidence": None}, {"confidence": -3}, {"confidence": [1]}, {"links": {"to": 1}},
        {"links": [3]}, {"topic": 3.5}, {"topic": []}, {"recommendation": "approve at once"}, {"recommendation": {}},
        {"title": "\x00\ud800 x"}, {"title": "x" * 1_000_000}, {"reasoning": 10**400}, {"confidence": 10**400},
        {"type": "law"}, {"type": None}, {"type": []},
    ],
)  # fmt: skip
async def test_a_wrong_type_costs_its_item_at_most(wrong, window):
    topics: list[Any] = [{"icon": [], "keywords": 3, **wrong}, 7]
    answer = json.dumps(found(atom(**wrong), atom("A second fact."), topics=topics))
    async with scripted([says(answer)]) as (_, extractor):
        extraction = await extractor.extract(window)
    first, second = extraction.atoms
    assert second.title == "A second fact."
    assert len(first.title) <= 200
    assert 0 <= first.confidence <= 1
    assert first.recommendation in ("new", "merge")


@pytest.mark.parametrize(
    ("said", "share"),
    [(85, 0.85), ("85", 0.85), ("85%", 0.85), (0.85, 0.85), (100, 1.0), (250, 1.0), (1, 0.01), (True, 0.0), ("", 0.0)],
)
async def test_a_percent_is_read_however_it_is_written(said, share, window):
    async with scripted([says(found(atom(confidence=said)))]) as (_, extractor):
        extraction = await extractor.extract(window)
    assert extraction.atoms[0].confidence == pytest.approx(share)


async def test_an_answer_is_found_between_other_words(window):
    async with scripted([says(f"<think>Hm.</think> Here it is:\n```json\n{json.dumps(found(atom()))}\n```")]) as (_, e):
        assert len((await e.extract(window)).atoms) == 1


async def test_a_long_message_is_cut_to_what_the_model_may_see_and_one_of_the_context_earlier():
    long = "word " * 5_000
    window = Window([message(long, number=1)], [message(long, number=0)])
    async with scripted([says(NOTHING)], assay_llm_window_characters=2_000) as (server, extractor):
        extraction = await extractor.extract(window)
    assert [len(each["text"]) for each in server.asked[0].messages] == [1_006, 2_006]
    assert extraction.refused == {"messages_cut": 1}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("provider", "model"), [("openai", "gpt-5-mini"), ("anthropic", "claude-3-5-haiku-latest")])
async def test_models_that_take_fewer_settings_are_asked_without_them(provider, model, window):
    async with scripted([says(NOTHING)], assay_extractor=provider, assay_llm_model=model) as (server, extractor):
        await extractor.extract(window)
    assert "temperature" not in server.asked[0].body


async def test_a_way_to_answer_that_the_model_does_not_know_blames_the_settings(window):
    chosen = {"assay_extractor": "anthropic", "assay_llm_model": "claude-3-5-haiku-latest"}
    async with scripted([says(NOTHING)], assay_llm_output="native", **chosen) as (server, extractor):
        with pytest.raises(Unavailable, match="as the settings say"):
            await extractor.extract(window)
    assert (server.asked, window.meter.tokens) == ([], 0)


def written(told: dict[str, Any], name: str = "") -> Any:
    """Something that a schema allows."""
    if "enum" in told:
        return told["enum"][-1]
    if told["type"] == "object":
        return {name: written(each, name) for name, each in told["properties"].items()}
    if told["type"] == "array":
        return [written(told["items"], name)]
    return 1 if told["type"] == "integer" else {"to": "new 1"}.get(name, f"a {name}")


def test_what_the_schema_tells_is_what_is_read(window):
    """Every field of an answer that keeps to the schema reaches a draft, in its own place."""
    extraction = parse.read(written(schema.ANSWER), compose(window, 1_000))
    [draft], [subject] = extraction.atoms, extraction.topics
    told = schema.ANSWER["properties"]
    assert extraction.refused == {}
    assert {field for field in told["atoms"]["items"]["properties"] if not getattr(draft, field)} == set()
    assert {field for field in told["topics"]["items"]["properties"] if not getattr(subject, field)} == set()
    assert (draft.title, draft.content, draft.topic) == ("a title", "a content", "a topic")
    assert (draft.quotes[0].text, draft.links[0].to) == ("a words", 0)
    assert (subject.name, subject.description, subject.keywords) == ("a name", "a description", ["a keywords"])
