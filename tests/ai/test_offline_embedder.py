import asyncio
from pathlib import Path

import pytest
from tests.cpu_cost import costs_little

from assay.ai.providers import offline_embedder
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio


async def test_says_that_the_wheel_is_missing(monkeypatch):
    monkeypatch.setattr(offline_embedder, "CARRIER", "no_such_wheel")

    with pytest.raises(Unavailable, match="no_such_wheel"):
        await OfflineEmbedder().embed(["text"])


async def test_says_which_file_is_missing(tmp_path):
    with pytest.raises(Unavailable, match=r"model\.onnx is missing"):
        await OfflineEmbedder(tmp_path).embed(["text"])


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
async def test_refuses_a_model_that_is_not_the_one_we_know(tmp_path: Path, file: str):
    for name in offline_embedder.SHA256:
        (tmp_path / name).symlink_to(offline_embedder._carried_folder() / name)
    changed = (tmp_path / file).read_bytes() + b" "
    (tmp_path / file).unlink()
    (tmp_path / file).write_bytes(changed)

    with pytest.raises(Unavailable, match=rf"{file} is not the expected one: sha256"):
        await OfflineEmbedder(tmp_path).embed(["text"])


async def test_loads_no_file_before_it_is_asked(tmp_path):
    assert (await OfflineEmbedder(tmp_path).embed([])).shape == (0, 384)


async def test_a_huge_text_costs_no_more_than_a_long_one(embedder):
    await embedder.embed(["warm"])

    with costs_little():
        await embedder.embed(["many words in a row " * 5_000])


async def test_the_event_loop_stays_free(embedder):
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    heart = asyncio.create_task(beat())
    await embedder.embed([f"a sentence with a number {n}" for n in range(60)])
    heart.cancel()

    assert beats > 5


async def test_a_small_call_does_not_wait_for_the_end_of_a_large_one(embedder):
    large = asyncio.create_task(embedder.embed([f"row {n} of a large run" for n in range(400)]))
    await asyncio.sleep(0.05)

    await embedder.embed(["a search in between"])

    assert not large.done()
    large.cancel()
