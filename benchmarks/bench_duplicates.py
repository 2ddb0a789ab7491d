"""Finding duplicates: our batch scan, one query a proposal, one LATERAL statement as the limit; SemHash beside it.

Sizes by ASSAY_BENCH_ENTITIES, for example "10000 100000"; more than a million takes an hour.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import numpy as np
from semhash import SemHash
from sqlalchemy import text

from assay.ai.embedder import Vectors
from assay.ai.providers import offline_embedder as offline
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.db.models import DedupState, Proposal
from assay.duplicates import scan
from assay.duplicates.calibration import shipped
from assay.duplicates.measure import measured
from assay.duplicates.scale import Scale
from crowd import DIMENSIONS, MODEL, fill
from harness import best_of, show, with_database

SIZES = [int(each) for each in os.environ.get("ASSAY_BENCH_ENTITIES", "10000").split()]
NUMBER = 1000
TEXTS = 400
BATCH = 100
LIMIT = "one hand-written LATERAL statement"
THRESHOLD = 0.85
NEAREST = f"""
    SELECT v.subject_id, 1 - (v.vector::halfvec({DIMENSIONS}) <=> {{vector}}::halfvec({DIMENSIONS})) AS score
    FROM embeddings v WHERE v.kind = 'atom' AND v.model = '{MODEL}' AND v.subject_id <> {{id}}
    ORDER BY v.vector::halfvec({DIMENSIONS}) <=> {{vector}}::halfvec({DIMENSIONS}) LIMIT 5""".replace("::", r"\:\:")
VECTOR = text("SELECT CAST(vector AS text) FROM embeddings WHERE subject_id = :id")
NEAR_ONE = text(NEAREST.format(vector="CAST(:vector AS halfvec)", id=":id"))
EF = "SELECT set_config('hnsw.ef_search', '80', true)"
Way = Callable[[Database, list[UUID]], Awaitable[None]]


async def ours(database: Database, ids: list[UUID]) -> None:
    for start in range(0, len(ids), BATCH):
        async with database.transaction() as session:
            await scan.scan(session, ids[start : start + BATCH], model=MODEL, threshold=THRESHOLD, actor=SYSTEM)


async def one_by_one(database: Database, ids: list[UUID]) -> None:
    """As the outline of the background jobs: each proposal is loaded, searched for and written by itself."""
    async with database.transaction() as session:
        await session.execute(text(EF))
        for each in ids:
            proposal = await session.get_one(Proposal, each)
            vector = await session.scalar(VECTOR, {"id": each})
            found = (await session.execute(NEAR_ONE, {"vector": vector, "id": each})).first()
            like = found is not None and found.score >= THRESHOLD
            proposal.dedup_state = DedupState.DUPLICATE if like else DedupState.CLEAR
            proposal.similarity_score = found.score if found and like else None
            await session.flush()


async def one_statement(database: Database, ids: list[UUID]) -> None:
    """The nearest vectors and the mark, and nothing else: no words, no guard, no explanation, no trail."""
    for start in range(0, len(ids), BATCH):
        async with database.transaction() as session:
            await session.execute(text(EF))
            await session.execute(
                text(f"""
                UPDATE proposals p SET
                    dedup_state = CASE WHEN near.score >= {THRESHOLD} THEN 'duplicate' ELSE 'clear' END,
                    similarity_score = CASE WHEN near.score >= {THRESHOLD} THEN near.score END
                FROM (SELECT DISTINCT ON (b.subject_id) b.subject_id AS id, hit.score
                    FROM embeddings b CROSS JOIN LATERAL ({NEAREST.format(vector="b.vector", id="b.subject_id")}) AS hit
                    WHERE b.subject_id = ANY(:ids) ORDER BY b.subject_id, hit.score DESC) AS near
                WHERE p.id = near.id"""),
                {"ids": ids[start : start + BATCH]},
            )


async def scanning(database: Database) -> None:
    per_item: dict[int, float] = {}
    for size in SIZES:
        await _emptied(database)
        crowd = await fill(database, entities=size, proposals=NUMBER)
        ways = {"ours, batches of 100": ours, "one query a proposal": one_by_one, LIMIT: one_statement}
        seconds = await best_of({name: partial(way, database, crowd.proposals) for name, way in ways.items()})
        show(f"Scanning against {size:,} entities", NUMBER, seconds, limit=LIMIT)
        per_item[size] = seconds["ours, batches of 100"]
    if len(per_item) > 1:
        first, *_, last = per_item
        print(f"  growth from {first:,} to {last:,} entities: {per_item[last] / per_item[first]:.2f}")
    await accuracy()
    await embedding()


async def _emptied(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE embeddings, proposals, entities, audit_log, proposal_tallies CASCADE"))
        await session.execute(text("SELECT pg_stat_reset()"))


class _Known:
    """Our vectors, as SemHash asks for them."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self._vectors = dict(zip(texts, vectors, strict=True))

    def encode(self, inputs: Sequence[str], **_: object) -> Vectors:
        return np.stack([self._vectors[each] for each in inputs])


async def accuracy() -> None:
    """On the shipped pairs: is the second text a duplicate of the first?"""
    pairs, embedder = shipped(), OfflineEmbedder()
    judged = await measured(pairs, embedder, Scale.of(embedder.model), THRESHOLD)
    print(f"\nAccuracy with the same embedder ({len(pairs)} pairs)")
    print(f"  {'ours, 0.85':<44} {np.mean([each.is_duplicate == each.pair.same for each in judged]):>10.3f}")
    texts = [(first.text, second.text) for first, second in (pair.statements() for pair in pairs)]
    flat = sorted({each for both in texts for each in both})
    known = _Known(flat, await embedder.embed(flat))
    for threshold in (0.9, 0.85, 0.8):
        found = [_semhash(*both, known, threshold) == pair.same for both, pair in zip(texts, pairs, strict=True)]
        print(f"  {f'SemHash, {threshold}':<44} {np.mean(found):>10.3f}")


def _semhash(first: str, second: str, known: _Known, threshold: float) -> bool:
    index = SemHash.from_records([first], model=known)
    return bool(index.deduplicate([second], threshold=threshold).filtered)


async def embedding() -> None:
    """Ours against the bare runtime on all cores, one text a run on each."""
    texts = [f"{pair.first[0]}. {pair.first[1]}" for pair in shipped()][:TEXTS]
    embedder = OfflineEmbedder()
    await embedder.embed(texts[:4])
    model = offline._load(offline._carried_folder())  # noqa: SLF001

    def bare() -> None:
        waiting, lock = iter(texts), threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    each = next(waiting, None)
                if each is None:
                    return
                tokens = np.array([model.tokenizer.encode(each).ids], dtype=np.int64)
                model.session.run(["last_hidden_state"], offline._feed(tokens))  # noqa: SLF001

        threads = [threading.Thread(target=work) for _ in range(len(os.sched_getaffinity(0)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    limit = "onnxruntime alone"
    seconds = await best_of({"ours": partial(embedder.embed, texts), limit: partial(asyncio.to_thread, bare)})
    show("Embedding", len(texts), seconds, limit=limit)


if __name__ == "__main__":
    with_database(scanning)
