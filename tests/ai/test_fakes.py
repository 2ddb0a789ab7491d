import pytest
from tests.ai.chats import message, read

from assay.ai.extractor import Extraction, Extractor, TopicDraft
from assay.ai.fakes import ScriptedExtractor

pytestmark = pytest.mark.anyio

FOUND = Extraction(topics=[TopicDraft("Backups", "How we keep copies.", 0.8, [], "Scripted.")])


async def test_answers_with_the_extraction_it_was_given():
    extractor: Extractor = ScriptedExtractor(FOUND)

    assert await read(extractor, [message("hello")]) is FOUND


async def test_answers_with_what_a_function_makes_of_the_window():
    extractor = ScriptedExtractor(lambda messages, known: FOUND if known and messages else Extraction())

    assert await read(extractor, [message("hello")]) == Extraction()
    assert await read(extractor, [message("hello")], ["Backups"]) is FOUND


async def test_remembers_the_windows_it_was_shown():
    extractor = ScriptedExtractor()

    await read(extractor, [message("hello")])

    assert [[shown.text for shown in window.messages] for window in extractor.windows] == [["hello"]]
