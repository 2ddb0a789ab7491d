"""What the figures of an evaluation mean."""

from collections.abc import Sequence

import pytest

from assay.ai.extractor import RANKED, SOURCE, AtomDraft, Extraction, Message, Quote
from assay.ai.fakes import ScriptedExtractor
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.extractor import OfflineExtractor
from assay.errors import AssayError, InvalidInput, PermanentError, Unavailable
from assay.evaluation.extraction import evaluate, intervals, total
from assay.evaluation.labels import Labelled, from_file, shipped
from assay.kinds import AtomType

pytestmark = pytest.mark.anyio

LEDGER = "The ledger keeps its entries for ten years"
DISK = "The disk of the build server is full every Monday"
TALK = Labelled.model_validate(
    {
        "id": "ledger",
        "messages": [{"author": "ana", "text": f"{LEDGER}."}, {"author": "tom", "text": f"{DISK}."}],
        "knowledge": [{"type": "decision", "says": LEDGER}, {"type": "problem", "says": DISK}],
    }
)


@pytest.fixture(scope="module")
def embedder() -> OfflineEmbedder:
    return OfflineEmbedder()


def saying(*said: tuple[str, AtomType], quote: str = "", cost: float = 0.0) -> ScriptedExtractor:
    """Finds these items in every conversation, each backed by its own words in the first message that has them."""

    def script(messages: Sequence[Message], _known: Sequence[str]) -> Extraction:
        atoms = [
            AtomDraft(kind, title, title, 0.9, [Quote(_source(messages, title).id, quote or title)], "Scripted.")
            for title, kind in said
        ]
        return Extraction(atoms=atoms, cost=cost)

    return ScriptedExtractor(script)


def _source(messages: Sequence[Message], words: str) -> Message:
    return next((message for message in messages if words in message.text), messages[0])


async def figures(extractor, embedder, *conversations: Labelled) -> dict[str, float]:
    return total(await evaluate(extractor, conversations or (TALK,), embedder)).document()


async def test_what_is_found_as_it_is_labelled_is_right(embedder):
    found = await figures(saying((LEDGER, AtomType.DECISION), (DISK, AtomType.PROBLEM), cost=0.5), embedder)
    assert found == {
        "n": 1, "precision": 1.0, "recall": 1.0, "grounding": 1.0, "type_accuracy": 1.0, "junk_rate": 0.0,
        "halves": 0, "repeated": 0, "forbidden": 0, "cost": 0.5,
    }  # fmt: skip


async def test_one_labelled_item_is_found_once_and_its_twin_is_wrong_but_no_junk(embedder):
    twin = "The ledger's entries are kept for ten years"
    found = await figures(saying((LEDGER, AtomType.INSIGHT), (twin, AtomType.DECISION)), embedder)
    assert (found["precision"], found["recall"], found["junk_rate"]) == (0.5, 0.5, 0.0)


async def test_another_type_is_right_but_for_its_type(embedder):
    found = await figures(saying((LEDGER, AtomType.PATTERN)), embedder)
    assert (found["precision"], found["type_accuracy"]) == (1.0, 0.0)


async def test_another_number_is_not_the_same_knowledge(embedder):
    found = await figures(saying((LEDGER.replace("ten", "seven"), AtomType.DECISION)), embedder)
    assert (found["precision"], found["junk_rate"]) == (0.0, 0.0)


async def test_what_nobody_labelled_is_junk_and_words_that_nobody_said_are_not_grounded(embedder):
    found = await figures(saying(("My cat likes tuna", AtomType.INSIGHT), quote="I said no such thing"), embedder)
    assert (found["precision"], found["junk_rate"], found["grounding"]) == (0.0, 1.0, 0.0)


async def test_an_answer_that_makes_no_sense_found_nothing_and_a_silent_model_ends_the_evaluation(embedder):
    def failing(error: AssayError):
        def script(_messages, _known):
            raise error

        return ScriptedExtractor(script)

    assert total(await evaluate(failing(PermanentError("Nonsense.")), [TALK], embedder)).unreadable == 1
    with pytest.raises(Unavailable, match="Away"):
        await evaluate(failing(Unavailable("Away.")), [TALK], embedder)


async def test_finding_nothing_is_no_precision(embedder):
    found = await figures(ScriptedExtractor(), embedder)
    assert (found["precision"], found["recall"], found["junk_rate"]) == (0.0, 0.0, 0.0)


def test_the_shipped_set_is_as_documented():
    found = shipped()
    assert len(found) == 48
    assert sum(len(each.knowledge) for each in found) == 61
    assert sum(not each.knowledge for each in found) == 15
    assert {each.half for each in found} == {"tune", "held"}
    assert {each.language for each in found} == {"en", "de", "fr", "es"}
    assert {item.type for each in found for item in each.knowledge} == set(AtomType)


async def test_the_extractor_that_comes_with_assay_reaches_its_target(embedder):
    reads = await evaluate(OfflineExtractor(embedder), shipped(), embedder)
    sure, both = total(reads, strictly=True).document(), total(reads).document()
    assert (sure["n"], sure["grounding"], both["grounding"]) == (48, 1.0, 1.0)
    assert sure["precision"] >= 0.6
    assert sure["recall"] >= 0.1
    assert both["recall"] >= 0.3


DECIDED = Labelled.model_validate(
    {
        "id": "lorries",
        "messages": [
            {"author": "ana", "text": "From Monday 14 lorries are loaded at gate 2"},
            {"author": "tom", "text": "Fewer lorries are loaded at gate 2 then"},
        ],
        "knowledge": [{"type": "decision", "says": "From Monday 14 lorries are loaded at gate 2", "from": [0]}],
        "forbidden": [{"says": "Fewer lorries are loaded at gate 2 then", "why": "A guess."}],
    }
)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("From Monday 14 lorries are loaded at gate 2", {"precision": 1.0, "halves": 0, "forbidden": 0}),
        ("From Monday lorries are loaded at gate 2", {"precision": 0.0, "forbidden": 0}),
        ("Fewer lorries are loaded at gate 2 then", {"precision": 0.0, "forbidden": 1}),
    ],
    ids=["whole", "without its number", "forbidden"],
)
async def test_half_a_statement_and_a_false_one_are_wrong(embedder, said, counted):
    found = await figures(saying((said, AtomType.DECISION), quote=said.split(" ")[-1]), embedder, DECIDED)
    assert counted.items() <= found.items()


async def test_what_is_quoted_from_other_messages_is_not_the_labelled_item(embedder):
    def script(messages, _known):
        title = DECIDED.knowledge[0].says
        return Extraction(atoms=[AtomDraft(AtomType.DECISION, title, title, 0.9, [Quote(messages[1].id, "then")], "")])

    assert (await figures(ScriptedExtractor(script), embedder, DECIDED))["precision"] == 0.0


async def test_the_sure_tier_is_counted_apart_and_intervals_hold_the_figures(embedder):
    def script(messages, _known):
        found = [(LEDGER, {}), (DISK, {SOURCE: RANKED})]
        return Extraction(
            atoms=[
                AtomDraft(
                    AtomType.DECISION, title, title, 0.9, [Quote(_source(messages, title).id, title)], "", meta=meta
                )
                for title, meta in found
            ]
        )

    reads = await evaluate(ScriptedExtractor(script), [TALK], embedder)
    assert [total(reads, strictly=each).document()["recall"] for each in (False, True)] == [1.0, 0.5]
    assert intervals(reads)["recall"] == (1.0, 1.0)


def test_the_place_of_an_item_must_be_in_the_conversation():
    with pytest.raises(ValueError, match="from names a message that there is not"):
        Labelled.model_validate(
            {"id": "a", "messages": [{"author": "a", "text": "x"}],
             "knowledge": [{"type": "insight", "says": "x", "from": [1]}]}
        )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "0 conversations"),
        ("{", "line 1: the line is not allowed: Invalid JSON"),
        ('{"id": "a", "messages": []}', "line 1: messages is not allowed: "),
        (
            '{"id": "a", "messages": [{"author": "ana", "text": "Hi"}], "knowlege": 1}',
            "knowlege is not allowed: ",
        ),
        (
            '{"id": "a", "messages": [{"author": "a", "text": "x"}], "knowledge": [{"type": "rumour", "says": "x"}]}',
            "line 1: knowledge.0.type is not allowed: ",
        ),
        ('{"id": "a", "messages": [{"author": "ana", "text": "Hi"}]}\n' * 2, "the id 'a' names two conversations"),
    ],
    ids=["empty", "no JSON", "no messages", "unknown field", "unknown type", "one id twice"],
)
def test_a_bad_set_is_refused_in_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "ours.jsonl"
    path.write_text(content)
    with pytest.raises(InvalidInput) as raised:
        from_file(path)
    assert sentence in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_set_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="There is no file"):
        from_file(tmp_path / "none.jsonl")


def test_messages_follow_each_other_by_a_minute_unless_told():
    talk = Labelled.model_validate(
        {"id": "a", "messages": [{"author": "a", "text": "x"}, {"author": "b", "text": "y", "minute": 30},
                                 {"author": "a", "text": "z"}]}
    )  # fmt: skip
    first, *rest = talk.said()
    assert [(each.sent_at - first.sent_at).total_seconds() for each in rest] == [1_800, 1_860]
